// Counts what one transfer has cost so far, over all its tries, and paces what is told of its progress.
import type { FetchResult } from '../assets/request';
import { RateMeter } from './rateMeter';

/** Progress is told at most ten times a second. */
const PROGRESS_MS = 100;

/** What crossed the network: of one try, or of several. */
export interface Traffic {
  readonly fetchedBytes: number;
  readonly mostConnections: number;
}

/** The figures of one transfer, which go into its progress events and its result. */
export class TransferMeter {
  private readonly rate: RateMeter;
  private lastToldMs = -Infinity;
  /** Of the tries that are over. */
  private traffic: Traffic = { fetchedBytes: 0, mostConnections: 0 };

  constructor(private readonly startMs: number) {
    this.rate = new RateMeter(startMs);
  }

  get bytesPerSecond(): number {
    return this.rate.bytesPerSecond;
  }

  elapsedMs(nowMs: number): number {
    return nowMs - this.startMs;
  }

  /** A try is over. */
  add({ fetchedBytes, mostConnections }: Traffic): void {
    this.traffic = {
      fetchedBytes: this.traffic.fetchedBytes + fetchedBytes,
      mostConnections: Math.max(this.traffic.mostConnections, mostConnections),
    };
  }

  /** Brings the rate up to date with the try that runs; true: it is time to tell of it. */
  sample(nowMs: number, { fetchedBytes }: Traffic): boolean {
    this.rate.sample(nowMs, this.traffic.fetchedBytes + fetchedBytes);
    if (nowMs - this.lastToldMs < PROGRESS_MS) return false;
    this.lastToldMs = nowMs;
    return true;
  }

  /** For the result, at the end of all tries. */
  sumUp(nowMs: number): Pick<FetchResult, 'seconds' | 'fetchedBytes' | 'connections'> {
    const { fetchedBytes, mostConnections } = this.traffic;
    return { seconds: Math.round(this.elapsedMs(nowMs)) / 1000, fetchedBytes, connections: mostConnections };
  }
}
