// The speed that is shown: right from the first second, calm afterwards.
import assert from 'node:assert/strict';
import { RateMeter } from '../../../src/engine/rateMeter';

/** Samples every 100 ms from `startMs`; the rate in bytes per second is a function of the time since then. */
function run(meter: RateMeter, startMs: number, seconds: number, rate: (ms: number) => number, total = 0): number {
  for (let ms = 100; ms <= seconds * 1000; ms += 100) {
    total += rate(ms) / 10;
    meter.sample(startMs + ms, total);
  }
  return total;
}

describe('RateMeter', () => {
  it('shows a steady rate from the first samples on', () => {
    const meter = new RateMeter(1000);
    run(meter, 1000, 0.3, () => 3e6);
    assert.equal(meter.bytesPerSecond, 3e6);
  });

  it('does not count the time before the first byte', () => {
    const meter = new RateMeter(0);
    run(meter, 0, 8, () => 0);
    run(meter, 8000, 0.5, () => 3e6);
    assert.equal(meter.bytesPerSecond, 3e6);
  });

  it('follows a change within a few seconds, not at once', () => {
    const meter = new RateMeter(0);
    const total = run(meter, 0, 10, () => 1e6);
    run(meter, 10_000, 0.1, () => 9e6, total);
    assert.ok(meter.bytesPerSecond < 2e6);
    run(meter, 10_100, 8, () => 9e6, total + 9e5);
    assert.ok(meter.bytesPerSecond > 8.5e6);
  });

  it('falls to nothing where nothing comes', () => {
    const meter = new RateMeter(0);
    const total = run(meter, 0, 5, () => 1e6);
    run(meter, 5000, 20, () => 0, total);
    assert.ok(meter.bytesPerSecond < 1000);
  });

  it('says 0 before anything came', () => assert.equal(new RateMeter(0).bytesPerSecond, 0));
});
