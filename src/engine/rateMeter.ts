// Speed as a person wants to see it: smoothed over a few seconds, quick to start. Pure but for its memory.

const SMOOTHING_MS = 2_000;

export class RateMeter {
  private lastMs: number;
  private lastBytes = 0;
  private smoothed: number | null = null;

  constructor(nowMs: number) {
    this.lastMs = nowMs;
  }

  /** Takes the running total of bytes at a monotonic time; calls less than 20 ms apart are put together. */
  sample(nowMs: number, totalBytes: number): void {
    const elapsedMs = nowMs - this.lastMs;
    if (elapsedMs < 20) return;
    const rate = ((totalBytes - this.lastBytes) / elapsedMs) * 1000;
    const weight = this.smoothed === null ? 1 : 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
    this.smoothed = (this.smoothed ?? 0) * (1 - weight) + rate * weight;
    this.lastMs = nowMs;
    this.lastBytes = totalBytes;
  }

  get bytesPerSecond(): number {
    return Math.max(0, Math.round(this.smoothed ?? 0));
  }
}
