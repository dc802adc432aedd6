// Reads a body of known length straight from its socket: no parser in between and no copy, which halves the work of a large file.
// Whoever made the socket's head known (undici) has let go of it.
import type { Socket } from 'node:net';
import type { SocketReading } from './socketReading';

export type OnChunk = (chunk: Buffer, release: () => void) => void;

/** A socket at the first byte of a body. */
export interface TakenSocket {
  readonly socket: Socket;
  readonly reading: SocketReading;
}

/** How it ended: `isExact` false means that bytes followed which belong to no response. */
export type CountedEnd = { readonly isExact: boolean } | { readonly error: unknown };

/** One body on a socket that is this reader's own until `onEnd`. */
export class CountedBody {
  #isPaused = false;
  #isOver = false;
  readonly #onClose = () => this.#end({ error: Object.assign(new Error('closed too early'), { code: 'ECONNRESET' }) });
  readonly #onError = (error: Error) => this.#end({ error });

  /** `onChunk` must not throw. `onEnd` is called once; the socket is then quiet and at the end of the body, or destroyed. */
  constructor(
    private readonly taken: TakenSocket,
    private leftBytes: number,
    private readonly onChunk: OnChunk,
    private readonly onEnd: (end: CountedEnd) => void,
  ) {}

  /** Begins with what the socket has buffered already. */
  start(): void {
    const { socket, reading } = this.taken;
    socket.on('end', this.#onClose).on('close', this.#onClose).on('error', this.#onError);
    reading.divert((chunk, release) => this.#take(chunk, release));
    for (let chunk = readBuffered(socket); chunk !== null; chunk = readBuffered(socket)) {
      this.#take(chunk, () => undefined);
    }
    if (!this.#isOver && socket.destroyed) this.#onClose();
    this.#readOn();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#readOn();
  }

  /** Ends at once; the socket is destroyed. */
  abort(error: unknown): void {
    this.#end({ error });
  }

  /** Whether the socket may read on; at the end it may, for the connection's next user. */
  #take(chunk: Buffer, release: () => void): boolean {
    if (this.#isOver) return false;
    const mine = chunk.length <= this.leftBytes ? chunk : chunk.subarray(0, this.leftBytes);
    this.leftBytes -= mine.length;
    this.onChunk(mine, release);
    if (this.leftBytes === 0) this.#end({ isExact: mine.length === chunk.length });
    return this.leftBytes === 0 || !this.#isPaused;
  }

  /** Has the kernel's bytes read, unless that is under way. */
  #readOn(): void {
    if (!this.#isOver && !this.#isPaused) this.taken.socket.read(0);
  }

  #end(end: CountedEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { socket, reading } = this.taken;
    socket.off('end', this.#onClose).off('close', this.#onClose).off('error', this.#onError);
    reading.divert(null);
    if ('error' in end || !end.isExact) socket.destroy();
    this.onEnd(end);
  }
}

function readBuffered(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
