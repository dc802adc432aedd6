import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { VirtualClock } from '../../support/virtualClock';

describe('virtual clock', () => {
  const { signal } = new AbortController();

  it('skips sleeps and remembers them', async () => {
    const clock = new VirtualClock();
    await clock.sleep(30_000, signal);
    assert.deepEqual([clock.sleepsMs, clock.nowMs()], [[30_000], 30_000]);
  });

  it('holds sleeps until time gets there, in order', async () => {
    const clock = new VirtualClock('hold');
    const woken: number[] = [];
    const both = [20, 10].map((ms) => clock.sleep(ms, signal).then(() => woken.push(ms)));
    clock.advance(10);
    await both[1];
    assert.deepEqual(woken, [10]);
    clock.advance(10);
    await both[0];
    assert.deepEqual(woken, [10, 20]);
  });

  it('ends a sleep with the reason of its signal', async () => {
    const controller = new AbortController();
    const sleeping = new VirtualClock('hold').sleep(10, controller.signal);
    controller.abort(new Error('stop'));
    await assert.rejects(sleeping, /stop/);
  });

  it('ticks until told to stop', () => {
    const clock = new VirtualClock();
    const times: number[] = [];
    const stop = clock.every(100, () => times.push(clock.nowMs()));
    clock.advance(250);
    stop();
    clock.advance(250);
    assert.deepEqual(times, [100, 200]);
  });
});
