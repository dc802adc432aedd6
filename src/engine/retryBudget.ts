// Counts tries without progress. A try that brought bytes at a decent rate refills the budget.
import type { Clock } from './clock';
import { retryPolicy } from './retry';

/** The tries of one download, over all its connections and mirrors. */
export class RetryBudget {
  /** Tries in a row that brought nothing; 1 after a try that did bring something and then failed. */
  attempt = 0;
  private readonly startMs: number;
  private lastTryMs: number;

  constructor(
    private readonly clock: Clock,
    /** Tries without progress that are allowed. */
    readonly attempts: number,
    /** Most bytes that the file ever had. */
    private bytesAtLastTry: number,
  ) {
    this.startMs = this.lastTryMs = clock.nowMs();
  }

  /**
   * Counts the try that has just failed. Returns whether it made progress. @param mostBytes most that the file ever had: what
   * is fetched a second time is none
   */
  countFailure(mostBytes: number): boolean {
    const nowMs = this.clock.nowMs();
    const gainedBytes = mostBytes - this.bytesAtLastTry;
    const leastBytes = ((nowMs - this.lastTryMs) / 1000) * retryPolicy.leastBytesPerSecond;
    const hasProgress = gainedBytes > 0 && gainedBytes >= leastBytes;
    this.attempt = hasProgress ? 1 : this.attempt + 1;
    this.bytesAtLastTry = mostBytes;
    this.lastTryMs = nowMs;
    return hasProgress;
  }

  /** Time spent waiting is not held against the next try. */
  beginTry(): void {
    this.lastTryMs = this.clock.nowMs();
  }

  get isSpent(): boolean {
    return this.attempt > this.attempts || this.clock.nowMs() - this.startMs > retryPolicy.longestTransferMs;
  }
}
