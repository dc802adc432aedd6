// Memory that a socket reads into. Node allocates 64 KiB for every read and leaves them to the garbage collector, which costs more
// than the reading itself; here larger blocks are used again once their bytes are released. Bytes nobody releases are collected.
import type { OnReadOpts, Socket } from 'node:net';

/** Takes a chunk; false: stop reading until asked to go on. `release` allows its memory to be used again. */
export type ChunkSink = (chunk: Buffer, release: () => void) => boolean;

const BLOCK_BYTES = 256 * 1024;
/** With less than this left in a block the next read gets a new one: short reads are what costs. */
const LEAST_READ_BYTES = 96 * 1024;
/** The same for TLS, whose records are this long at most and come one by one (RFC 8446 §5.1). */
const LEAST_TLS_READ_BYTES = 16 * 1024;
const MOST_FREE_BLOCKS = 32;

interface Block {
  readonly memory: Buffer;
  usedBytes: number;
  /** Chunks that are out, and one for the socket that reads into it. */
  holders: number;
}

/** Free blocks, shared by the sockets of one client. */
export class BlockPool {
  readonly #free: Buffer[] = [];

  take(): Block {
    return { memory: this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES), usedBytes: 0, holders: 1 };
  }

  release(block: Block): void {
    block.holders--;
    if (block.holders === 0 && this.#free.length < MOST_FREE_BLOCKS) this.#free.push(block.memory);
  }
}

/** Reads one socket into blocks. Chunks go to the socket's own buffer, as always, or to a sink put in between. */
export class SocketReading {
  #block: Block | null = null;
  #socket: Socket | null = null;
  #sink: ChunkSink | null = null;
  readonly #leastReadBytes: number;

  constructor(
    private readonly pool: BlockPool,
    isTls: boolean,
  ) {
    this.#leastReadBytes = isTls ? LEAST_TLS_READ_BYTES : LEAST_READ_BYTES;
  }

  /** For `connect` of `net` or `tls`, whose socket then has to be given to `attach`. */
  get onread(): OnReadOpts {
    return {
      buffer: () => this.#nextMemory(),
      callback: (byteLength) => this.#deliver(byteLength),
    };
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    socket.once('close', () => this.#dropBlock());
  }

  /** From now on chunks go to `sink`; null: to the socket's own buffer again. */
  divert(sink: ChunkSink | null): void {
    this.#sink = sink;
  }

  #nextMemory(): Uint8Array {
    if (this.#block !== null && BLOCK_BYTES - this.#block.usedBytes < this.#leastReadBytes) this.#dropBlock();
    this.#block ??= this.pool.take();
    return this.#block.memory.subarray(this.#block.usedBytes);
  }

  #deliver(byteLength: number): boolean {
    const block = this.#block;
    if (block === null || this.#socket === null) return false;
    const chunk = block.memory.subarray(block.usedBytes, block.usedBytes + byteLength);
    block.usedBytes += byteLength;
    block.holders++;
    // Never released: whoever reads the socket as a stream keeps its chunks.
    if (this.#sink === null) return this.#socket.push(chunk);
    let isHeld = true;
    return this.#sink(chunk, () => {
      if (isHeld) this.pool.release(block);
      isHeld = false;
    });
  }

  #dropBlock(): void {
    if (this.#block !== null) this.pool.release(this.#block);
    this.#block = null;
  }
}
