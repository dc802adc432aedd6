// A TCP (or TLS) server that answers with exactly the bytes it is told to. For framing faults that no HTTP library would send.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readCertificate, type CertificateName } from './certificates';

/** TCP sockets by the client's port: a TLS socket itself cannot be reset. */
const lowerSockets = new Map<number, Socket>();

/** Called for every request head that arrives, with a counter from 0 over all connections. */
export type RawHandler = (socket: Socket, head: string, index: number) => void;

/** Answers with raw bytes, on a free port of 127.0.0.1. Call `close()` at the end. */
export class RawServer {
  /** Request heads in the order they came. */
  readonly requests: string[] = [];
  connections = 0;
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(handler: RawHandler, certificate?: CertificateName): Promise<RawServer> {
    const server = certificate === undefined ? createServer() : createTlsServer(readCertificate(certificate));
    const raw = new RawServer(server);
    server.on('connection', (socket: Socket) => lowerSockets.set(socket.remotePort ?? 0, socket));
    server.on(certificate === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      raw.#serve(socket, handler),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return raw;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #serve(socket: Socket, handler: RawHandler): void {
    this.connections++;
    this.#sockets.add(socket);
    const { remotePort = 0 } = socket;
    const lower = lowerSockets.get(remotePort);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        this.#sockets.delete(socket);
        // The port may belong to the next connection by now.
        if (lowerSockets.get(remotePort) === lower) lowerSockets.delete(remotePort);
      });
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const head = received.slice(0, end);
        received = received.slice(end + 4);
        this.requests.push(head);
        handler(socket, head, this.requests.length - 1);
      }
    });
  }
}

/** How a cut ends the connection: in order, or with a reset. */
export type Cut = 'FIN' | 'RST';

/** Writes and, once the bytes are with the kernel, ends the connection. */
export function writeAndCut(socket: Socket, text: string, cut: Cut): void {
  const lower = lowerSockets.get(socket.remotePort ?? 0);
  socket.write(Buffer.from(text, 'latin1'), () => (cut === 'FIN' ? socket.end() : lower?.resetAndDestroy()));
}
