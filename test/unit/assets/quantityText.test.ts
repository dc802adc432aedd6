import assert from 'node:assert/strict';
import { formatDuration, percentOf } from '../../../src/assets/quantityText';

describe('percentOf', () => {
  it('is 100 for the last byte alone, and for an empty file', () => {
    assert.equal(percentOf(999, 1000), 99);
    assert.equal(percentOf(1000, 1000), 100);
    assert.equal(percentOf(0, 0), 100);
    assert.equal(percentOf(5, null), null);
  });
});

describe('formatDuration', () => {
  const durations: [number, string | null][] = [
    [0, '0:00'],
    [6.2, '0:07'],
    [754, '12:34'],
    [11_045, '3:04:05'],
    [1e9, null],
    [Number.NaN, null],
  ];
  for (const [seconds, text] of durations) it(`writes ${seconds} s`, () => assert.equal(formatDuration(seconds), text));
});
