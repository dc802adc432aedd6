// The number of connections against simulated links: it follows what pays.
import assert from 'node:assert/strict';
import { initialRamp, stepRamp, type Ramp } from '../../../src/engine/ramp';

interface Link {
  /** Total rate in bytes per second with this many connections. */
  readonly rate: (connections: number) => number;
  readonly isLocallyBound?: boolean;
  readonly limit?: number;
}

/** Runs the ramp on a link for some seconds; connections follow the target at once. Returns the targets seen, in order. */
function simulate(
  { rate, isLocallyBound = false, limit = 8 }: Link,
  seconds: number,
): { targets: number[]; last: Ramp } {
  let ramp = initialRamp;
  let receivedBytes = 0;
  const targets = [ramp.target];
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 50) {
    receivedBytes += rate(ramp.target) / 20;
    ramp = stepRamp(ramp, {
      nowMs,
      receivedBytes,
      activeConnections: ramp.target,
      allFlow: true,
      limit,
      isLocallyBound,
    });
    if (ramp.target !== targets.at(-1)) targets.push(ramp.target);
  }
  return { targets, last: ramp };
}

describe('stepRamp', () => {
  it('takes two steps at once while each connection brings its share', () => {
    assert.deepEqual(simulate({ rate: (n) => n * 1e7 }, 2).targets, [1, 2, 8]);
    assert.deepEqual(simulate({ rate: (n) => n * 1e7, limit: 32 }, 2).targets, [1, 2, 8, 32]);
  });

  it('doubles while each connection brings a part of its share', () => {
    assert.deepEqual(simulate({ rate: (n) => n ** 0.6 * 1e7 }, 2).targets, [1, 2, 4, 8]);
  });

  it('is there within half a second', () => {
    assert.deepEqual(simulate({ rate: (n) => n * 1e7 }, 0.5).targets, [1, 2, 8]);
  });

  it('takes a step back where the link is full', () => {
    const { targets } = simulate({ rate: (n) => Math.min(n, 2) * 1e7 }, 1.1);
    assert.deepEqual(targets, [1, 2, 8, 2]);
  });

  it('stays at one where one fills the link, and asks again later and later', () => {
    const triesWithin = (seconds: number): number =>
      simulate({ rate: () => 1e7 }, seconds).targets.filter((target) => target === 2).length;
    assert.deepEqual([1, 2, 4, 8, 16, 32].map(triesWithin), [1, 2, 3, 4, 5, 7]);
    assert.equal(simulate({ rate: () => 1e7 }, 32).last.target, 1);
  });

  it('does not take a burst for the rate of one connection', () => {
    let steps = 0;
    const rate = (connections: number): number => (++steps <= 2 ? 4e7 : connections * 1e7);
    assert.deepEqual(simulate({ rate }, 1.5).targets, [1, 2, 4, 8]);
  });

  it('is not led on by a link that gets slower', () => {
    let seconds = 0;
    const rate = (): number => 1e8 * 0.1 ** (seconds += 1 / 20);
    assert.ok(Math.max(...simulate({ rate }, 2).targets) <= 4);
  });

  it('gets over a hiccup of the link within two seconds', () => {
    let seconds = 0;
    const rate = (connections: number): number => {
      seconds += 1 / 20;
      return seconds > 0.15 && seconds < 0.9 ? 1e7 : connections * 1e7;
    };
    assert.equal(simulate({ rate }, 2.5).last.target, 8);
  });

  it('does not grow where this machine is the bottleneck', () => {
    assert.deepEqual(simulate({ rate: (n) => n * 1e9, isLocallyBound: true }, 5).targets, [1]);
  });

  it('A65 comes down to a limit that was lowered', () => {
    const { last } = simulate({ rate: (n) => n * 1e7 }, 2);
    const input = {
      nowMs: 5000,
      receivedBytes: 1e9,
      activeConnections: 8,
      allFlow: true,
      limit: 3,
      isLocallyBound: false,
    };
    assert.equal(stepRamp(last, input).target, 3);
  });

  it('waits until every connection has brought a byte', () => {
    let ramp = initialRamp;
    for (let nowMs = 0; nowMs < 5000; nowMs += 50) {
      ramp = stepRamp(ramp, {
        nowMs,
        receivedBytes: nowMs,
        activeConnections: 1,
        allFlow: false,
        limit: 8,
        isLocallyBound: false,
      });
    }
    assert.equal(ramp.target, 1);
  });
});
