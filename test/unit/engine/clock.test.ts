import assert from 'node:assert/strict';
import { countSleep, systemClock } from '../../../src/engine/clock';

describe('the clock', () => {
  let monotonicMs = 0;
  let uptimeMs = 0;
  let now: () => number;
  const pass = (ms: number): void => {
    monotonicMs += ms;
    uptimeMs += ms;
  };

  beforeEach(() => {
    [monotonicMs, uptimeMs] = [500, 90_000];
    now = countSleep(
      () => monotonicMs,
      () => uptimeMs,
    );
  });

  it('B26 counts the time slept, within a second of waking', () => {
    const before = now();
    pass(10_000);
    assert.equal(now() - before, 10_000);
    uptimeMs += 3_600_000;
    pass(1_000);
    assert.equal(now() - before, 3_611_000);
    pass(1_000);
    assert.equal(now() - before, 3_612_000, 'once');
  });

  it('takes a rounded uptime for no sleep', () => {
    const before = now();
    for (let second = 1; second <= 60; second++) {
      pass(1_000);
      uptimeMs += second % 2 === 0 ? -990 : 990;
      assert.equal(now() - before, second * 1_000);
    }
  });

  it('goes on by itself', async () => {
    const before = systemClock.nowMs();
    await systemClock.sleep(20, new AbortController().signal);
    const tookMs = systemClock.nowMs() - before;
    assert.ok(tookMs >= 19 && tookMs < 10_000, `${tookMs} ms`);
  });
});
