// Speed as a person wants to see it: the mean since the first byte, later smoothed over a few seconds.

const SMOOTHING_MS = 2_000;
/** Samples closer together than this are put together. */
const LEAST_SAMPLE_MS = 20;

/** Fed with running totals; never below zero, also after a restart from zero. */
export class RateMeter {
  private lastBytes = 0;
  /** Time since the first byte that the samples cover. */
  private coveredMs = 0;
  private smoothed = 0;

  /** `lastMs`: now, monotonic. */
  constructor(private lastMs: number) {}

  /** Takes the running total of bytes at a monotonic time. Waiting for the first byte does not count. */
  sample(nowMs: number, totalBytes: number): void {
    const elapsedMs = nowMs - this.lastMs;
    if (elapsedMs < LEAST_SAMPLE_MS) return;
    const gainedBytes = totalBytes - this.lastBytes;
    this.lastMs = nowMs;
    this.lastBytes = totalBytes;
    if (totalBytes === 0) return;
    this.coveredMs += elapsedMs;
    const weight = Math.max(elapsedMs / this.coveredMs, 1 - Math.exp(-elapsedMs / SMOOTHING_MS));
    this.smoothed += ((gainedBytes / elapsedMs) * 1000 - this.smoothed) * weight;
  }

  get bytesPerSecond(): number {
    return Math.max(0, Math.round(this.smoothed));
  }
}
