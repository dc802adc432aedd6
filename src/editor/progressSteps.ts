// Bytes as the increments that VS Code's progress takes: it only adds, never goes back and never shows more than 100. Pure.

/** Percent steps of one progress item. An item that would have to go back is over; make a new one. */
export class ProgressSteps {
  private shownPercent = 0;
  private mostBytes = 0;

  /** Percent to add, fractions included; undefined where the total is unknown, which leaves the item indeterminate. */
  advance(receivedBytes: number, totalBytes: number | null): number | undefined {
    this.mostBytes = Math.max(this.mostBytes, receivedBytes);
    if (totalBytes === null) return undefined;
    const percent = totalBytes === 0 ? 100 : Math.min(100, (receivedBytes / totalBytes) * 100);
    const increment = Math.max(0, percent - this.shownPercent);
    this.shownPercent += increment;
    return increment;
  }

  /** Whether the transfer began anew: fewer bytes than it had before. */
  hasFallenBack(receivedBytes: number): boolean {
    return receivedBytes < this.mostBytes;
  }
}

/** At most five updates a second reach a window or terminal, however many files there are; more only burn its time. */
export const UPDATE_INTERVAL_MS = 200;

/** Lets updates through at most every `intervalMs` of a monotonic clock. What is held back is stale by the next one, so it is dropped. */
export class Throttle {
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly intervalMs: number) {}

  allows(nowMs: number): boolean {
    if (nowMs - this.lastMs < this.intervalMs) return false;
    this.lastMs = nowMs;
    return true;
  }
}
