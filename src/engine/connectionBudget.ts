// How many connections may be open: per host and in all. Remembers what a host has refused.
import { FetchError } from '../assets/fetchError';

interface Host {
  open: number;
  /** Lowered when the host refuses; never raised again in this session. */
  limit: number;
  /** Monotonic time before which the host asked to be left alone. */
  notBeforeMs: number;
  ignoresRanges: boolean;
}

interface Waiter {
  readonly host: string;
  grant(): void;
}

/** Shared by all transfers of one engine. A connection is acquired before its first request and released in a `finally`. */
export class ConnectionBudget {
  private readonly hosts = new Map<string, Host>();
  private readonly waiters: Waiter[] = [];
  private openInAll = 0;

  constructor(
    private readonly perHost: number,
    private readonly inAll: number,
  ) {}

  /** Waits for a place, first come first served. Raises the signal's reason when aborted. The caller releases it. */
  async acquire(host: string, signal: AbortSignal): Promise<void> {
    if (this.tryAcquire(host)) return;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        host,
        grant: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      const giveUp = (): void => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        reject(signal.reason instanceof Error ? signal.reason : new FetchError('cancelled', 'Cancelled.'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiters.push(waiter);
    });
  }

  tryAcquire(host: string): boolean {
    const entry = this.entry(host);
    if (entry.open >= entry.limit || this.openInAll >= this.inAll) return false;
    entry.open += 1;
    this.openInAll += 1;
    return true;
  }

  release(host: string): void {
    this.entry(host).open -= 1;
    this.openInAll -= 1;
    const index = this.waiters.findIndex((waiter) => this.tryAcquire(waiter.host));
    if (index >= 0) this.waiters.splice(index, 1)[0]?.grant();
  }

  /** Whether a transfer waits for its first connection that would get one if a connection to `host` were closed. */
  isContended(host: string): boolean {
    return this.waiters.some((waiter) => waiter.host === host || this.lacksOnlyRoomInAll(waiter.host));
  }

  /** The host has refused: half of what is open now is what it gets from here on, 1 at least. */
  lower(host: string): void {
    const entry = this.entry(host);
    entry.limit = Math.max(1, Math.min(entry.limit, Math.floor(entry.open / 2)));
  }

  limitOf(host: string): number {
    return this.entry(host).limit;
  }

  /** The host asked for quiet until this monotonic time. */
  holdOff(host: string, untilMs: number): void {
    const entry = this.entry(host);
    entry.notBeforeMs = Math.max(entry.notBeforeMs, untilMs);
  }

  notBeforeMs(host: string): number {
    return this.entry(host).notBeforeMs;
  }

  /** The host answered 200 to a range: no more splitting there in this session. */
  noteIgnoredRange(host: string): void {
    this.entry(host).ignoresRanges = true;
  }

  ignoresRanges(host: string): boolean {
    return this.entry(host).ignoresRanges;
  }

  private lacksOnlyRoomInAll(host: string): boolean {
    const { open, limit } = this.entry(host);
    return open < limit && this.openInAll >= this.inAll;
  }

  private entry(host: string): Host {
    const known = this.hosts.get(host);
    if (known) return known;
    const entry: Host = { open: 0, limit: this.perHost, notBeforeMs: 0, ignoresRanges: false };
    this.hosts.set(host, entry);
    return entry;
  }
}
