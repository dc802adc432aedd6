// A deterministic HTTP/1.1 server that misbehaves as told and remembers every request. What goes wrong is said in faults.ts.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { readCertificate, type CertificateName } from './certificates';
import { makeObject, type Fault, type RequestRecord, type ServedObject, type When } from './faults';
import { respond, type LiveRecord } from './faultResponse';
import { parseRange, takeRequestHead, type RequestHead } from './httpWire';
import { planResponse } from './responsePlan';

export interface FaultServerOptions {
  /** Serves https with this certificate of test/support/certificates. */
  readonly certificate?: CertificateName;
  /** More responses at once than `count` are answered with `status`; more connections, with `rst`, are reset. */
  readonly connectionLimit?: {
    readonly count: number;
    readonly above: 429 | 503 | 'rst';
    readonly retryAfter?: string;
  };
}

interface Rule {
  readonly path: string | null;
  readonly when: When;
  readonly fault: Fault;
}

/** One server on a free loopback port. Serve objects, add faults, then look at `requests`. Call `close()` at the end. */
export class FaultServer {
  readonly requests: RequestRecord[] = [];
  /** Most connections that were open at once. */
  maxOpenConnections = 0;
  private readonly objects = new Map<string, ServedObject>();
  private readonly rules: Rule[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly watchers = new Set<() => void>();
  private connectionCount = 0;
  private busyResponses = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: FaultServerOptions,
  ) {}

  static async start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const server = createServer({ noDelay: true });
    const faultServer = new FaultServer(server, options);
    server.on('connection', (socket) => faultServer.accept(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return faultServer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  get origin(): string {
    return `${this.options.certificate === undefined ? 'http' : 'https'}://127.0.0.1:${this.port}`;
  }

  /** Body bytes sent in all, over every request. */
  get bodyBytesSent(): number {
    return this.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  /** Puts an object at a path (in place of the one there) and returns its URL. */
  serve(path: string, object: Parameters<typeof makeObject>[0]): string {
    this.objects.set(path, makeObject(object));
    return this.origin + path;
  }

  /** Adds a fault for some requests to a path (null: to any). Where several fit, later ones override field by field. */
  fault(path: string | null, when: When, fault: Fault): this {
    this.rules.push({ path, when, fault });
    return this;
  }

  /** Forgets every fault, as a server that has recovered. */
  clearFaults(): void {
    this.rules.length = 0;
  }

  /** Requests to one path, in order. */
  requestsTo(path: string): RequestRecord[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** Resolves as soon as `isReached` holds; looked at whenever a request arrives, moves or ends. */
  async waitUntil(isReached: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isReached()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  /** Ends every open connection by RST, as a pulled cable with a router that answers. */
  resetConnections(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(raw: Socket): void {
    const limit = this.options.connectionLimit;
    if (limit?.above === 'rst' && this.sockets.size >= limit.count) return void raw.resetAndDestroy();
    this.sockets.add(raw);
    this.maxOpenConnections = Math.max(this.maxOpenConnections, this.sockets.size);
    const connectionId = this.connectionCount++;
    raw.on('error', ignoreLostClient);
    raw.on('close', () => {
      this.sockets.delete(raw);
      this.notify();
    });
    const { certificate } = this.options;
    const socket =
      certificate === undefined ? raw : new TLSSocket(raw, { isServer: true, ...readCertificate(certificate) });
    this.listen(socket, raw, connectionId);
  }

  private listen(socket: Socket, raw: Socket, connectionId: number): void {
    let received: Buffer = Buffer.alloc(0);
    let isAnswering = false;
    socket.on('error', ignoreLostClient);
    const answerNext = async (): Promise<void> => {
      const taken = isAnswering ? null : takeRequestHead(received);
      if (taken === null) return;
      received = taken.rest;
      isAnswering = true;
      await this.answer(socket, raw, this.remember(taken.head, connectionId));
      isAnswering = false;
      if (!socket.destroyed) await answerNext();
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      void answerNext();
    });
  }

  private remember({ method, url, headers }: RequestHead, connectionId: number): LiveRecord {
    const path = new URL(url, this.origin).pathname;
    const range = parseRange(headers['range'], Infinity);
    const record: LiveRecord = {
      index: this.requests.length,
      pathIndex: this.requestsTo(path).length,
      method,
      url,
      path,
      headers,
      rangeStart: range?.start ?? null,
      rangeEnd: range !== null && Number.isFinite(range.end) ? range.end - 1 : null,
      connectionId,
      status: 0,
      bytesSent: 0,
      isAborted: false,
      isFinished: false,
    };
    this.requests.push(record);
    this.notify();
    return record;
  }

  private async answer(socket: Socket, raw: Socket, record: LiveRecord): Promise<void> {
    const fault = this.faultFor(record);
    this.busyResponses++;
    try {
      await respond(
        socket,
        raw,
        record,
        planResponse(record, this.objects.get(record.path) ?? null, fault),
        fault,
        () => this.notify(),
      );
    } finally {
      this.busyResponses--;
      record.isFinished = true;
      this.notify();
    }
  }

  private faultFor(record: RequestRecord): Fault {
    const fitting = this.rules.filter((rule) => isBefallen(rule, record));
    const fault: Fault = Object.assign({}, ...fitting.map((rule) => rule.fault)) as Fault;
    const limit = this.options.connectionLimit;
    if (limit === undefined || limit.above === 'rst' || this.busyResponses < limit.count) return fault;
    const headers = limit.retryAfter === undefined ? {} : { 'Retry-After': limit.retryAfter };
    return { status: limit.above, headers };
  }

  private notify(): void {
    for (const watcher of this.watchers) watcher();
  }
}

function isBefallen({ path, when }: Rule, request: RequestRecord): boolean {
  if (path !== null && path !== request.path) return false;
  if (when === 'all') return true;
  if (typeof when === 'function') return when(request);
  return [when].flat().includes(path === null ? request.index : request.pathIndex);
}

/** Clients of a fault server come and go as they like: what became of each is in its record. */
function ignoreLostClient(): void {}
