// How the time of some work grows with what it is given: tells linear from quadratic on machines of any speed, and busy ones.
import assert from 'node:assert/strict';

/** Where ten times as much takes ten times as long, linear; a hundred times, quadratic. Halfway, as powers go. */
const MOST_GROWTH = 35;

/** A difference that a pause of the machine makes, or of its collector of garbage. */
const NOISE_MS = 50;

const MOST_ROUNDS = 8;

/** Fails where `run` on what `prepare` makes of `10 * count` takes far more than ten times as long as on that of `count`. */
export async function assertLinear<T>(
  count: number,
  prepare: (count: number) => T,
  run: (input: T) => unknown,
  what = 'the work',
): Promise<void> {
  const [few, many] = [prepare(count), prepare(10 * count)];
  let [fewMs, manyMs] = [Infinity, Infinity];
  // The best of some: whatever else the machine does can only make a round longer.
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    fewMs = Math.min(fewMs, await measureMs(() => run(few)));
    manyMs = Math.min(manyMs, await measureMs(() => run(many)));
    if (manyMs <= NOISE_MS + MOST_GROWTH * fewMs) return;
  }
  assert.fail(`${what} took ${fewMs.toFixed(2)} ms for ${count} and ${manyMs.toFixed(0)} ms for ten times as many`);
}

async function measureMs(run: () => unknown): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
