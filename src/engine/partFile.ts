// The part file: positioned, gathered writes with bounded memory. Which bytes it holds is the caller's to remember.
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

/** An open part file. Errors come as FetchError: diskFull, permissionDenied, localIo. The opener closes it. */
export class PartFile {
  private pendingBytes = 0;
  private readonly resumers = new Set<() => void>();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** Opens or makes the file at `path`; a symlink there is refused. */
  static async open(fileSystem: FileSystem, path: string): Promise<PartFile> {
    const flags = constants.O_RDWR | constants.O_CREAT | NO_FOLLOW;
    try {
      return new PartFile(path, await fileSystem.open(path, flags, PART_MODE));
    } catch (error) {
      throw translateLocalError(error, 'write', path);
    }
  }

  /** Writes all of `chunks` at `position`; the chunks must not change until it resolves. */
  async write(chunks: readonly Buffer[], byteLength: number, position: number): Promise<void> {
    try {
      await this.writeAll(chunks, byteLength, position);
    } catch (error) {
      throw translateLocalError(error, 'write', this.path);
    } finally {
      this.unhold(byteLength);
    }
  }

  /** `write` may be short without an error (a signal, a full quota): the rest is written until all is. */
  private async writeAll(chunks: readonly Buffer[], byteLength: number, position: number): Promise<void> {
    let left = chunks;
    let written = 0;
    while (written < byteLength) {
      const { bytesWritten } = await this.handle.writev(left, position + written);
      if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
      written += bytesWritten;
      if (written < byteLength) left = dropBytes(left, bytesWritten);
    }
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

  /** Bytes written before the call survive a power cut once it resolves. */
  async flush(): Promise<void> {
    try {
      await this.handle.datasync();
    } catch (error) {
      throw translateLocalError(error, 'flush', this.path);
    }
  }

  async truncate(): Promise<void> {
    try {
      await this.handle.truncate(0);
    } catch (error) {
      throw translateLocalError(error, 'write', this.path);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** Memory that will never be written is given back (a connection ended with an error). */
  unhold(byteLength: number): void {
    this.pendingBytes -= byteLength;
    if (this.pendingBytes > MOST_PENDING_BYTES / 2) return;
    const resumers = [...this.resumers];
    this.resumers.clear();
    for (const resume of resumers) resume();
  }
}

/** `chunks` without their first `byteLength` bytes. */
export function dropBytes(chunks: readonly Buffer[], byteLength: number): Buffer[] {
  let toDrop = byteLength;
  return chunks.flatMap((chunk) => {
    const dropped = Math.min(toDrop, chunk.length);
    toDrop -= dropped;
    return dropped === chunk.length ? [] : [chunk.subarray(dropped)];
  });
}
