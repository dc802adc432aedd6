// One connection of a transfer: its segment, its response, and whether bytes still come.
import { FetchError } from '../assets/fetchError';
import type { HttpResponse } from './httpResponse';
import type { PartFile } from './partFile';
import { RateMeter } from './rateMeter';
import { retryPolicy } from './retry';
import type { Segment } from './segments';
import { SegmentWriter, type OnWritten } from './segmentWriter';
import type { Source } from './source';

/** Why we end a response ourselves: its segment is full, taken over or no longer wanted. */
const ENOUGH = Symbol('enough');

/** Rates of younger segments say nothing yet. */
const RATE_FROM_MS = 500;

export interface ReceiveHooks {
  readonly onBytes: (byteLength: number) => void;
  readonly onWritten: OnWritten;
  /** The disk refused; the transfer has to stop. */
  readonly onWriteFailed: (error: FetchError) => void;
}

/** One place in the connection budget; it takes segment after segment until none is left, it is ended or it fails. */
export class Connection {
  segment: Segment | null = null;
  readonly controller = new AbortController();
  private response: HttpResponse | null = null;
  private writer: SegmentWriter | null = null;
  private isPaused = false;
  private segmentStartMs = 0;
  private lastByteMs = 0;
  private bytesNow = 0;
  private bytesLastLook = 0;
  private windowStartMs = 0;
  private windowBytes = 0;
  private rate = new RateMeter(0);

  /** `host`: where the budget counts this connection, whatever redirects do to the source. */
  constructor(
    readonly source: Source,
    readonly host: string,
  ) {}

  /** Whether it was told to end: what it raises after that is no failure. */
  get isEnded(): boolean {
    return this.controller.signal.reason === ENOUGH;
  }

  get hasFlowed(): boolean {
    return this.bytesNow > 0;
  }

  /**
   * Writes the response's body at the segment's cursor until the segment is full or the body ends. `bodyEnd`: offset where
   * the response itself ends (Infinity: unknown). Resolves how it ended; what has arrived is on disk then, whatever happens.
   */
  async receive(
    response: HttpResponse,
    segment: Segment,
    bodyEnd: number,
    part: PartFile,
    nowMs: number,
    hooks: ReceiveHooks,
  ): Promise<'complete' | 'closed' | 'enough'> {
    segment.bodyEnd = bodyEnd;
    const writer = new SegmentWriter(part, segment.cursor, hooks.onWritten, hooks.onWriteFailed);
    this.begin(response, writer, nowMs);
    try {
      return await response.read((chunk, release) => this.take(chunk, release, segment, bodyEnd, part, hooks));
    } catch (error) {
      if (error === ENOUGH) return 'enough';
      throw error;
    } finally {
      this.response = null;
      this.writer = null;
      await writer.drain();
    }
  }

  private begin(response: HttpResponse, writer: SegmentWriter, nowMs: number): void {
    this.response = response;
    this.writer = writer;
    this.isPaused = false;
    this.segmentStartMs = this.lastByteMs = this.windowStartMs = nowMs;
    this.bytesNow = this.bytesLastLook = this.windowBytes = 0;
    this.rate = new RateMeter(nowMs);
  }

  private take(
    chunk: Buffer,
    release: () => void,
    segment: Segment,
    bodyEnd: number,
    part: PartFile,
    hooks: ReceiveHooks,
  ): void {
    hooks.onBytes(chunk.length);
    this.bytesNow += chunk.length;
    const room = Math.min(segment.end, bodyEnd) - segment.cursor;
    const usable = chunk.length <= room ? chunk : chunk.subarray(0, Math.max(0, room));
    if (usable.length > 0) {
      segment.cursor += usable.length;
      this.writer?.push(usable, release);
    }
    if (segment.cursor >= segment.end && segment.end < bodyEnd) this.response?.abort(ENOUGH);
    else if (chunk.length > room) this.response?.abort(sentTooMuch(this.host));
    else if (part.isFull) this.pauseUntilDrained(part);
  }

  /** The disk is slower than the network: the socket waits, and the wait is not held against the server. */
  private pauseUntilDrained(part: PartFile): void {
    const { response } = this;
    if (this.isPaused || !response) return;
    this.isPaused = true;
    response.pause();
    part.whenDrained(() => {
      this.isPaused = false;
      if (this.response === response) response.resume();
    });
  }

  /** Ends this connection without a failure; its segment keeps what it has. */
  end(): void {
    this.response?.abort(ENOUGH);
    this.controller.abort(ENOUGH);
  }

  /** Ends this connection's response, or its waiting for one, with an error. */
  fail(error: FetchError): void {
    if (this.response) this.response.abort(error);
    else this.controller.abort(error);
  }

  /** Looks at the clock: brings the rate up to date, writes what is gathered, and ends a response that has stalled. */
  look(nowMs: number, idleTimeoutMs: number): void {
    this.writer?.flush();
    if (!this.response) return;
    this.rate.sample(nowMs, this.bytesNow);
    if (this.segment && nowMs - this.segmentStartMs >= RATE_FROM_MS)
      this.segment.bytesPerSecond = this.rate.bytesPerSecond;
    const stall = this.findStall(nowMs, idleTimeoutMs);
    if (stall !== null) {
      this.response.abort(new FetchError('timedOut', `${this.host} ${stall}.`, { host: this.host }));
    }
  }

  private findStall(nowMs: number, idleTimeoutMs: number): string | null {
    if (this.isPaused || this.bytesNow !== this.bytesLastLook) {
      this.lastByteMs = nowMs;
      this.bytesLastLook = this.bytesNow;
    }
    if (this.isPaused) this.windowStartMs = nowMs;
    const seconds = Math.round(idleTimeoutMs / 1000);
    if (nowMs - this.lastByteMs >= idleTimeoutMs) return `sent nothing for ${seconds} s`;
    if (nowMs - this.windowStartMs < idleTimeoutMs) return null;
    const bytesPerSecond = ((this.bytesNow - this.windowBytes) / (nowMs - this.windowStartMs)) * 1000;
    this.windowStartMs = nowMs;
    this.windowBytes = this.bytesNow;
    return bytesPerSecond < retryPolicy.leastBytesPerSecond ? `sent next to nothing for ${seconds} s` : null;
  }
}

function sentTooMuch(host: string): FetchError {
  return new FetchError('protocolViolation', `${host} sent more than the part that it announced.`, { host });
}
