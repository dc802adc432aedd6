import assert from 'node:assert/strict';
import { findNearest } from '../../../src/cli/didYouMean';

describe('findNearest', () => {
  const words = ['get', 'sync', 'verify', 'connections', 'overwrite'];
  const pairs: [string, string | null][] = [
    ['got', 'get'],
    ['snyc', null],
    ['sinc', 'sync'],
    ['conections', 'connections'],
    ['conn', 'connections'],
    ['over-write', 'overwrite'],
    ['x', null],
    ['', null],
    ['hovercraft', null],
  ];
  for (const [word, nearest] of pairs) {
    it(`finds ${String(nearest)} for "${word}"`, () => assert.equal(findNearest(word, words), nearest));
  }
});
