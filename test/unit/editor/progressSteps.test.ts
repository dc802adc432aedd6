import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ProgressSteps, Throttle } from '../../../src/editor/progressSteps';

describe('ProgressSteps', () => {
  it('adds up to the percent that was received', () => {
    const steps = new ProgressSteps();
    assert.equal(steps.advance(25, 100), 25);
    assert.equal(steps.advance(40, 100), 15);
    assert.equal(steps.advance(100, 100), 60);
  });

  it('A39 gives no increment while the total is unknown, and catches up once it is', () => {
    const steps = new ProgressSteps();
    assert.equal(steps.advance(50, null), undefined);
    assert.equal(steps.advance(50, 200), 25);
  });

  it('takes an empty file for complete', () => {
    assert.equal(new ProgressSteps().advance(0, 0), 100);
  });

  it('tells that a transfer began anew', () => {
    const steps = new ProgressSteps();
    steps.advance(50, 100);
    assert.equal(steps.hasFallenBack(50), false);
    assert.equal(steps.hasFallenBack(0), true);
  });

  it('never goes back and never exceeds 100 percent, whatever is received', () => {
    const amount = fc.record({ received: fc.nat(), total: fc.option(fc.nat()) });
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        const steps = new ProgressSteps();
        let shown = 0;
        for (const { received, total } of amounts) {
          const increment = steps.advance(received, total) ?? 0;
          assert.ok(increment >= 0);
          shown += increment;
        }
        assert.ok(shown <= 100 + 1e-6);
      }),
    );
  });
});

describe('Throttle', () => {
  it('D07 lets at most five of a thousand updates in a second through', () => {
    const throttle = new Throttle(200);
    const allowed = Array.from({ length: 1000 }, (_, nowMs) => throttle.allows(nowMs)).filter(Boolean);
    assert.equal(allowed.length, 5);
  });
});
