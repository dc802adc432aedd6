// One open connection and the exchanges that run on it, one after the other, with undici attached or resting without. Which
// connection to take is http.ts.
import type { Socket } from 'node:net';
import { classifyAddress, isAddressAllowed } from './addressPolicy';
import type { ConnectionFacts } from './connectionFacts';
import { showProxy, type OpenConnection, type Route } from './connector';
import type { TakenSocket } from './countedBody';
import { HttpExchange } from './httpExchange';
import type { HttpResponse } from './httpResponse';
import type { Peer } from './networkErrors';
import type { SocketReading } from './socketReading';

/** The part of undici's client that is used here. */
export interface SingleClient {
  dispatch(options: { path: string; method: 'GET'; headers: Record<string, string> }, handler: HttpExchange): boolean;
  destroy(error: Error | null): Promise<void>;
  on(event: 'disconnect', listener: () => void): unknown;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly headersTimeoutMs: number;
  readonly onGarbage: (byteLength: number) => void;
}

/** As long as undici keeps an idle connection. Servers rarely keep theirs for less than 5 s. */
const LONGEST_REST_MS = 4000;

const socketEvents = ['readable', 'end', 'close', 'error'] as const;
type SocketListener = (...args: unknown[]) => void;

/** A connection; gone as soon as its socket is. Has to be disposed where that does not happen by itself. */
export class HttpConnection {
  readonly #facts: ConnectionFacts;
  readonly #socket: Socket;
  readonly #reading: SocketReading | null;
  readonly #routeKey: string;
  readonly #peer: Peer;
  #client: SingleClient | null = null;
  #listenersBefore: readonly SocketListener[] = [];
  #exchange: HttpExchange | null = null;
  #restTimer: NodeJS.Timeout | undefined;
  #isUsed = false;
  #isGone = false;
  readonly #onRestEnd = () => this.#leave();

  /** `makeClient` attaches undici to the socket; `onGone` is called once, when the connection can't be used any more. */
  constructor(
    route: Route,
    { socket, reading, facts }: OpenConnection,
    private readonly makeClient: () => SingleClient,
    private readonly onGone: () => void,
  ) {
    this.#facts = facts;
    this.#socket = socket;
    this.#reading = reading;
    this.#routeKey = routeKey(route);
    this.#peer = { host: route.url.host, proxy: null };
  }

  /** Whether a request can go over this connection now: it is idle, leads there, and its address is allowed. */
  canServe(route: Route): boolean {
    const isFree = this.#exchange === null && !this.#isGone && !this.#socket.destroyed;
    if (!isFree || this.#routeKey !== routeKey(route)) return false;
    const kind = route.proxy.kind === 'direct' ? classifyAddress(this.#facts.address) : this.#facts.originKind;
    return isAddressAllowed(route.addressPolicy, route.url, kind);
  }

  /** Sends a GET. Rejects as `HttpClient.request` does; `connectFailed` on a kept connection means that it was dead. */
  send(path: string, headers: Record<string, string>, options: SendOptions): Promise<HttpResponse> {
    const reading = this.#reading;
    const client = this.#client ?? this.#attach();
    const exchange = new HttpExchange({
      ...options,
      peer: this.#peer,
      connection: { ...this.#facts, isReused: this.#isUsed },
      takeSocket: reading === null ? null : () => this.#detach(reading),
      onEnd: () => this.#afterExchange(exchange),
    });
    this.#exchange = exchange;
    this.#isUsed = true;
    return exchange.open(() => client.dispatch({ path, method: 'GET', headers }, exchange));
  }

  async dispose(): Promise<void> {
    this.#exchange?.abort();
    const client = this.#client;
    this.#leave();
    await client?.destroy(null);
  }

  #attach(): SingleClient {
    this.#stopResting();
    const socket = this.#socket;
    this.#listenersBefore = listListeners(socket);
    const client = this.makeClient();
    this.#client = client;
    client.on('disconnect', () => {
      this.#leave();
      void client.destroy(null);
    });
    socket.prependListener('end', () => this.#exchange?.releaseAtEnd());
    socket.prependListener('error', (error) => this.#hideResetFromParser(error));
    return client;
  }

  /** Takes the socket from undici, which is not told: its client is given up in the middle of the response. */
  #detach(reading: SocketReading): TakenSocket {
    const socket = this.#socket;
    const before = new Set(this.#listenersBefore);
    for (const event of socketEvents) {
      for (const listener of socket.rawListeners(event) as SocketListener[]) {
        if (!before.has(listener)) socket.off(event, listener);
      }
    }
    this.#client = null;
    return { socket, reading };
  }

  #afterExchange(exchange: HttpExchange): void {
    this.#exchange = null;
    if (this.#client !== null) return;
    if (this.#socket.destroyed || exchange.isLastOnConnection) this.#leave();
    else this.#rest();
  }

  /** Idle without undici: whatever comes now belongs to no request, and ends the connection. */
  #rest(): void {
    const socket = this.#socket;
    this.#reading?.divert(() => {
      this.#leave();
      return false;
    });
    socket.on('end', this.#onRestEnd).on('close', this.#onRestEnd);
    this.#restTimer = setTimeout(this.#onRestEnd, LONGEST_REST_MS).unref();
    socket.unref();
    // Only who reads hears of the end.
    socket.read(0);
  }

  #stopResting(): void {
    clearTimeout(this.#restTimer);
    this.#reading?.divert(null);
    this.#socket.off('end', this.#onRestEnd).off('close', this.#onRestEnd).ref();
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#restTimer);
    if (this.#client === null) this.#socket.destroy();
    this.onGone();
  }

  /**
   * On a reset undici asks its parser whether the body was complete, and asserts that it is not paused (7.30): with back-pressure on,
   * that ends the process. Under another code it takes the ordinary way and fails the request.
   */
  #hideResetFromParser(error: NodeJS.ErrnoException): void {
    if (error.code === 'ECONNRESET' && this.#exchange?.isPaused === true) error.code = 'EPIPE';
  }
}

function listListeners(socket: Socket): SocketListener[] {
  return socketEvents.flatMap((event) => socket.rawListeners(event) as SocketListener[]);
}

function routeKey({ url, proxy }: Route): string {
  return `${url.origin} ${proxy.kind === 'direct' ? '' : showProxy(proxy)}`;
}
