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
  it('doubles while each connection brings its share', () => {
    assert.deepEqual(simulate({ rate: (n) => n * 1e7 }, 2).targets, [1, 2, 4, 8]);
  });

  it('is through with doubling within half a second', () => {
    assert.deepEqual(simulate({ rate: (n) => n * 1e7 }, 0.65).targets, [1, 2, 4, 8]);
  });

  it('takes a step back where the link is full', () => {
    const { targets } = simulate({ rate: (n) => Math.min(n, 2) * 1e7 }, 2);
    assert.deepEqual(targets, [1, 2, 4, 2]);
  });

  it('stays at one where one fills the link, and asks again only seconds later', () => {
    assert.deepEqual(simulate({ rate: () => 1e7 }, 4).targets, [1, 2, 1]);
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
