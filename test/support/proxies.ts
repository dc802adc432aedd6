// Small proxies for tests: HTTP (CONNECT and absolute form) and SOCKS5, with the credentials they were shown.
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readCertificate, type CertificateName } from './certificates';

export interface ProxyOptions {
  /** `name:password` that is wanted; else none is. */
  readonly credentials?: string;
  /** Answer CONNECT with this status instead of a tunnel. */
  readonly refuseWith?: number;
  /** Speak TLS to the client. */
  readonly certificate?: CertificateName;
  /** Bytes after which a tunnel is cut. */
  readonly cutTunnelAfterBytes?: number;
}

/** What both kinds have in common: a log of targets, and an end. */
export class TestProxy {
  /** `host:port` of each CONNECT, or the absolute URL of each plain request. */
  readonly targets: string[] = [];
  /** Proxy-Authorization, or `name:password` for SOCKS5, as shown by clients. */
  readonly shownCredentials: string[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => this.track(socket));
  }

  static async startHttp(options: ProxyOptions = {}): Promise<TestProxy> {
    const server = options.certificate ? createSecureServer(readCertificate(options.certificate)) : createServer();
    const proxy = new TestProxy(server);
    server.on('connect', (message: IncomingMessage, socket: Socket) => proxy.#tunnel(message, socket, options));
    server.on('request', (message: IncomingMessage, response: ServerResponse) =>
      proxy.#forward(message, response, options),
    );
    return proxy.#listen();
  }

  static async startSocks5(options: ProxyOptions = {}): Promise<TestProxy> {
    const server = createTcpServer();
    const proxy = new TestProxy(server);
    server.on('connection', (socket) => void serveSocks5(proxy, socket, options).catch(() => socket.destroy()));
    return proxy.#listen();
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  #mayPass(message: IncomingMessage, { credentials }: ProxyOptions): boolean {
    const shown = message.headers['proxy-authorization'];
    if (shown !== undefined) this.shownCredentials.push(shown);
    return credentials === undefined || shown === `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  #tunnel(message: IncomingMessage, socket: Socket, options: ProxyOptions): void {
    this.targets.push(message.url ?? '');
    const status = this.#mayPass(message, options) ? (options.refuseWith ?? 200) : 407;
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(message.url ?? '') ?? [];
    const upstream = connect(Number(port), host.replace(/^\[|\]$/g, ''), () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      join(this, socket, upstream, options.cutTunnelAfterBytes);
    });
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  }

  #forward(message: IncomingMessage, response: ServerResponse, options: ProxyOptions): void {
    this.targets.push(message.url ?? '');
    if (!this.#mayPass(message, options)) {
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="test"' }).end('no');
      return;
    }
    const headers = { ...message.headers };
    delete headers['proxy-authorization'];
    const forwarded = request(message.url ?? '', { method: message.method ?? 'GET', headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 502, upstream.rawHeaders);
      response.flushHeaders();
      upstream.pipe(response);
    });
    forwarded.on('error', () => response.writeHead(502).end());
    forwarded.end();
  }
}

function join(proxy: TestProxy, client: Socket, upstream: Socket, cutAfterBytes = Infinity): void {
  proxy.track(upstream);
  let passed = 0;
  upstream.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    client.write(chunk);
    if (passed >= cutAfterBytes) client.resetAndDestroy();
  });
  client.pipe(upstream);
  upstream.on('end', () => client.end());
  client.on('close', () => upstream.destroy());
}

/** Yields exactly as many bytes as are asked for. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes !== null) return bytes;
      await new Promise((resolve, reject) => {
        socket.once('readable', resolve).once('close', () => reject(new Error('closed')));
      });
    }
  };
}

async function serveSocks5(proxy: TestProxy, socket: Socket, options: ProxyOptions): Promise<void> {
  const take = reader(socket);
  const [, methodCount = 0] = await take(2);
  const methods = await take(methodCount);
  const wanted = options.credentials === undefined ? 0 : 2;
  // One byte at a time: clients must put replies together.
  for (const byte of [5, methods.includes(wanted) ? wanted : 0xff]) socket.write(Buffer.from([byte]));
  if (wanted === 2) {
    const [, nameLength = 0] = await take(2);
    const name = (await take(nameLength)).toString();
    const password = (await take((await take(1)).readUInt8(0))).toString();
    proxy.shownCredentials.push(`${name}:${password}`);
    const isRight = `${name}:${password}` === options.credentials;
    socket.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) return;
  }
  const [, , , type = 0] = await take(4);
  const host =
    type === 3
      ? (await take((await take(1)).readUInt8(0))).toString()
      : [...(await take(type === 1 ? 4 : 16))].join('.');
  const port = (await take(2)).readUInt16BE(0);
  proxy.targets.push(`${host}:${port}`);
  if (options.refuseWith !== undefined) {
    socket.write(Buffer.from([5, options.refuseWith, 0, 1, 0, 0, 0, 0, 0, 0]));
    return;
  }
  const upstream = connect(port, host, () => {
    socket.write(Buffer.concat([Buffer.from([5, 0, 0, 3, 4]), Buffer.from('here'), Buffer.from([0, 80])]));
    join(proxy, socket, upstream, options.cutTunnelAfterBytes);
  });
  upstream.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
}
