import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { isInside } from '../../../src/assets/insidePath';

describe('isInside', () => {
  it('C22 tells `out2` from inside `out`', () => {
    assert.ok(isInside('/data/out', '/data/out'));
    assert.ok(isInside('/data/out', '/data/out/x'));
    assert.ok(isInside('/', '/x'));
    assert.ok(isInside('/data/out', '/data/out/..x'));
    assert.ok(!isInside('/data/out', '/data/out2'));
    assert.ok(!isInside('/data/out', '/data'));
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', '..', '...')), (parts) => {
        const path = join('/r', ...parts);
        return isInside('/r', path) === (path === '/r' || path.startsWith('/r/'));
      }),
    );
  });
});
