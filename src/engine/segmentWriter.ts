// Gathers one connection's chunks and writes them to the part file in larger pieces, in order.
import { asFetchError, type FetchError } from '../assets/fetchError';
import { GATHER_BYTES, type PartFile } from './partFile';

/** Called when bytes are on disk (in the page cache, that is: flushed is another matter). */
export type OnWritten = (start: number, end: number) => void;

/** The bytes of one response; `drain` at its end tells whether all of them were written. */
export class SegmentWriter {
  private chunks: Buffer[] = [];
  private releases: (() => void)[] = [];
  private gatheredBytes = 0;
  private readonly writes = new Set<Promise<void>>();
  private failure: FetchError | null = null;

  /** `position`: offset of the first byte that will be pushed. `onFailed` is called once, with a FetchError. */
  constructor(
    private readonly part: PartFile,
    private position: number,
    private readonly onWritten: OnWritten,
    private readonly onFailed: (error: FetchError) => void,
  ) {}

  /** `release` is called when the chunk's memory may be used again. */
  push(chunk: Buffer, release: () => void): void {
    this.chunks.push(chunk);
    this.releases.push(release);
    this.gatheredBytes += chunk.length;
    this.part.hold(chunk.length);
    if (this.gatheredBytes >= GATHER_BYTES || this.part.isFull) this.flush();
  }

  /** Starts writing what is gathered. Called by a timer too, so that a slow connection's bytes do not wait for a full piece. */
  flush(): void {
    if (this.gatheredBytes === 0) return;
    const { chunks, releases, gatheredBytes, position } = this;
    this.chunks = [];
    this.releases = [];
    this.gatheredBytes = 0;
    this.position += gatheredBytes;
    const write = this.part
      .write(chunks, gatheredBytes, position)
      .then((isOnDisk) => {
        if (isOnDisk) for (const release of releases) release();
        this.onWritten(position, position + gatheredBytes);
      })
      .catch((error: unknown) => this.fail(asFetchError(error)))
      .finally(() => this.writes.delete(write));
    this.writes.add(write);
  }

  /** Writes the rest and waits for all writes. Raises what a write raised. */
  async drain(): Promise<void> {
    this.flush();
    while (this.writes.size > 0) await Promise.all(this.writes);
    if (this.failure !== null) throw this.failure;
  }

  private fail(error: FetchError): void {
    if (this.failure !== null) return;
    this.failure = error;
    this.onFailed(error);
  }
}
