// Time as the engine sees it: monotonic, and passed in, so that tests can assert waits instead of sitting through them.
import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. Sleep of the machine counts, wall-clock jumps do not show here. */
  nowMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` until the returned function is called. Keeps no process alive. */
  every(ms: number, tick: () => void): () => void;
}

/** Sleep is looked for this often; less of it than this could be a rounded figure. */
const SLEEP_LOOK_MS = 1_000;

/**
 * Linux stops its monotonic clock while the machine sleeps, and counts on in its uptime: the result is `monotonicMs` with
 * the time slept added.
 */
export function countSleep(monotonicMs: () => number, uptimeMs: () => number): () => number {
  let lookedAtMs = monotonicMs();
  let aheadMs = uptimeMs() - lookedAtMs;
  let sleptMs = 0;
  return () => {
    const nowMs = monotonicMs();
    if (nowMs - lookedAtMs >= SLEEP_LOOK_MS) {
      lookedAtMs = nowMs;
      const gainedMs = uptimeMs() - nowMs - aheadMs;
      if (gainedMs >= SLEEP_LOOK_MS) [sleptMs, aheadMs] = [sleptMs + gainedMs, aheadMs + gainedMs];
    }
    return nowMs + sleptMs;
  };
}

const monotonicMs = (): number => performance.now();

/** The clock of this process. */
export const systemClock: Clock = {
  nowMs: process.platform === 'linux' ? countSleep(monotonicMs, () => uptime() * 1000) : monotonicMs,
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  },
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};
