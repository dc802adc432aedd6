// The part file: positioned, gathered writes with bounded memory. A small one stays in memory until somebody wants it on disk.
// Which bytes it holds is the caller's to remember.
import { constants } from 'node:fs';
import type { FileHandle, FileSystem } from './fileSystem';
import { translateLocalError } from './localError';

/** Bytes gathered before they are written with one `writev`; bench/RESULTS.md shows what other sizes cost. */
export const GATHER_BYTES = 256 * 1024;
/** Bytes of one transfer that may wait for the disk; the sockets are paused above it. */
const MOST_PENDING_BYTES = 2 * 1024 * 1024;

/** Windows has no such flag. */
const NO_FOLLOW = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
/** Owner-only: bytes that are not proven yet are nobody else's to read. */
const PART_MODE = 0o600;

interface Piece {
  readonly chunks: readonly Buffer[];
  readonly byteLength: number;
  readonly position: number;
}

/** A part file. Errors come as FetchError: diskFull, permissionDenied, localIo. Whoever opens it closes it. */
export class PartFile {
  private handle: FileHandle | null = null;
  private opening: Promise<void> | null = null;
  private held: Piece[] = [];
  private pendingBytes = 0;
  private readonly resumers = new Set<() => void>();

  constructor(
    private readonly fileSystem: FileSystem,
    readonly path: string,
  ) {}

  /** Whether nothing is on disk yet. */
  get isInMemory(): boolean {
    return this.opening === null;
  }

  /**
   * Opens or makes the file and writes what was held in memory; where that fails, all of it is in memory as before. `emptied`:
   * what lies there counts for nothing. A symlink there is refused.
   */
  async open(how: 'asLeft' | 'emptied'): Promise<void> {
    const flags = constants.O_RDWR | constants.O_CREAT | NO_FOLLOW;
    this.opening ??= this.openFile(how === 'emptied' ? flags | constants.O_TRUNC : flags);
    await this.opening;
  }

  private async openFile(flags: number): Promise<void> {
    try {
      const handle = (this.handle = await this.fileSystem.open(this.path, flags, PART_MODE));
      for (const piece of this.held) await this.writeAll(handle, piece);
      this.held = [];
    } catch (error) {
      await this.close().catch(() => undefined);
      this.opening = null;
      throw translateLocalError(error, 'write', this.path);
    }
  }

  /**
   * Writes all of `chunks` at `position`; they must not change until it resolves, and for good where it resolves false: then
   * they are held in memory.
   */
  async write(chunks: readonly Buffer[], byteLength: number, position: number): Promise<boolean> {
    const piece = { chunks, byteLength, position };
    try {
      if (this.opening === null) {
        this.held.push(piece);
        return false;
      }
      await this.opening;
      if (!this.handle) throw Object.assign(new Error('the part file is closed'), { code: 'EBADF' });
      await this.writeAll(this.handle, piece);
      return true;
    } catch (error) {
      throw translateLocalError(error, 'write', this.path);
    } finally {
      this.unhold(byteLength);
    }
  }

  /** `write` may be short without an error (a signal, a full quota): the rest is written until all is. */
  private async writeAll(handle: FileHandle, { chunks, byteLength, position }: Piece): Promise<void> {
    let left = chunks;
    let written = 0;
    while (written < byteLength) {
      const { bytesWritten } = await handle.writev(left, position + written);
      if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
      written += bytesWritten;
      if (written < byteLength) left = dropBytes(left, bytesWritten);
    }
  }

  /** The bytes of a file in memory, once all of `totalBytes` were written. */
  readMemory(totalBytes: number): Buffer {
    const bytes = Buffer.alloc(totalBytes);
    for (const { chunks, position } of this.held) Buffer.concat(chunks).copy(bytes, position);
    return bytes;
  }

  /** Counts bytes that wait in memory. Whoever holds more than the limit calls `whenDrained` and stops reading. */
  hold(byteLength: number): void {
    this.pendingBytes += byteLength;
  }

  get isFull(): boolean {
    return this.pendingBytes >= MOST_PENDING_BYTES;
  }

  /** Calls `resume` once, when half of the memory is free again. */
  whenDrained(resume: () => void): void {
    this.resumers.add(resume);
  }

  private unhold(byteLength: number): void {
    this.pendingBytes -= byteLength;
    if (this.pendingBytes > MOST_PENDING_BYTES / 2) return;
    const resumers = [...this.resumers];
    this.resumers.clear();
    for (const resume of resumers) resume();
  }

  /** Bytes written before the call survive a power cut once it resolves. */
  async flush(): Promise<void> {
    await this.withHandle('flush', (handle) => handle.datasync());
  }

  async truncate(): Promise<void> {
    this.held = [];
    await this.withHandle('write', (handle) => handle.truncate(0));
  }

  /** Cuts off what others wrote behind the first `totalBytes`; a shorter file stays as it is. */
  async trim(totalBytes: number): Promise<void> {
    await this.withHandle('write', async (handle) => {
      if ((await handle.stat()).size > BigInt(totalBytes)) await handle.truncate(totalBytes);
    });
  }

  /** Safe to call twice, and where nothing was opened. */
  async close(): Promise<void> {
    const { handle } = this;
    this.handle = null;
    await handle?.close();
  }

  private async withHandle(phase: 'flush' | 'write', use: (handle: FileHandle) => Promise<void>): Promise<void> {
    try {
      await this.opening;
      if (this.handle) await use(this.handle);
    } catch (error) {
      throw translateLocalError(error, phase, this.path);
    }
  }
}

/** `chunks` without their first `byteLength` bytes. */
function dropBytes(chunks: readonly Buffer[], byteLength: number): Buffer[] {
  let toDrop = byteLength;
  return chunks.flatMap((chunk) => {
    const dropped = Math.min(toDrop, chunk.length);
    toDrop -= dropped;
    return dropped === chunk.length ? [] : [chunk.subarray(dropped)];
  });
}
