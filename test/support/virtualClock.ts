// A clock for the engine that a test turns by hand: waits become values to assert.
import type { Clock } from '../../src/engine/clock';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

interface Ticker {
  readonly everyMs: number;
  readonly tick: () => void;
  nextMs: number;
}

const REAL_STEP_MS = 4;

/** Most real time that passes at once: while the machine does something else, sockets cannot get on either. */
const LONGEST_STEP_MS = 2 * REAL_STEP_MS;

/** `skip`: a sleep ends at once, and time has passed by so much. `hold`: it ends when `advance` gets there. */
export type SleepMode = 'skip' | 'hold';

/** Time stands still but for `advance`, `runAt` and, in mode `skip`, for sleeps. Real sockets go on beside it. */
export class VirtualClock implements Clock {
  /** Every sleep that was asked for, in milliseconds, in order. */
  readonly sleepsMs: number[] = [];
  private now = 0;
  private readonly sleepers = new Set<Sleeper>();
  private readonly tickers = new Set<Ticker>();

  constructor(private readonly mode: SleepMode = 'skip') {}

  nowMs(): number {
    return this.now;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.sleepsMs.push(ms);
    if (this.mode === 'hold') return this.hold(ms, signal);
    // A macrotask in between lets sockets and other transfers get on, as a real sleep would.
    await new Promise<void>((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    this.advance(ms);
  }

  every(ms: number, tick: () => void): () => void {
    const ticker: Ticker = { everyMs: ms, tick, nextMs: this.now + ms };
    this.tickers.add(ticker);
    return () => void this.tickers.delete(ticker);
  }

  /** Lets time pass; ticks and sleeps that fall due on the way happen in order. */
  advance(ms: number): void {
    const endMs = this.now + ms;
    for (let due = this.nextDueMs(); due <= endMs; due = this.nextDueMs()) {
      this.now = Math.max(this.now, due);
      this.runDue();
    }
    this.now = endMs;
  }

  /** Time is later at once, as after a machine's sleep: whatever fell due happens once, now. */
  jump(ms: number): void {
    this.now += ms;
    for (const ticker of this.tickers) ticker.nextMs = Math.max(ticker.nextMs, this.now);
    this.runDue();
  }

  /** Also lets time pass by itself, `scale` times as fast as the real one, until the result is called. */
  runAt(scale: number): () => void {
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const nowMs = performance.now();
      this.advance(Math.min(nowMs - lastMs, LONGEST_STEP_MS) * scale);
      lastMs = nowMs;
    }, REAL_STEP_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  private nextDueMs(): number {
    return Math.min(...[...this.tickers].map(({ nextMs }) => nextMs), ...[...this.sleepers].map(({ dueMs }) => dueMs));
  }

  private runDue(): void {
    for (const sleeper of this.sleepers) if (sleeper.dueMs <= this.now) sleeper.wake();
    for (const ticker of this.tickers) {
      if (ticker.nextMs > this.now) continue;
      ticker.nextMs += ticker.everyMs;
      ticker.tick();
    }
  }

  private hold(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.sleepers.delete(sleeper);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const sleeper: Sleeper = {
        dueMs: this.now + ms,
        wake: () => {
          leave();
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      signal.addEventListener('abort', onAbort);
    });
  }
}
