// Tells whether this thread is too busy for more connections to help.
import { performance } from 'node:perf_hooks';

const WINDOW_MS = 90;
/** Share of its time that the event loop may be busy before more connections only cost. */
const BUSY = 0.75;

/** A function that says whether the event loop was busy in the last window. */
export function makeLoadMeter(): () => boolean {
  let last = performance.eventLoopUtilization();
  let lastMs = performance.now();
  let isBusy = false;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lastMs >= WINDOW_MS) {
      const current = performance.eventLoopUtilization();
      isBusy = performance.eventLoopUtilization(current, last).utilization > BUSY;
      last = current;
      lastMs = nowMs;
    }
    return isBusy;
  };
}
