// What is worth another try and after how long: tables and bounds, no clocks.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FetchError, fetchErrorCodes, type FetchErrorCode } from '../../../src/assets/fetchError';
import {
  asksForFewerConnections,
  backOffMs,
  isWorthRetry,
  parseRetryAfter,
  retryPolicy,
} from '../../../src/engine/retry';

const status = (code: number): FetchError => new FetchError('httpStatus', 'x', { status: code });

describe('isWorthRetry', () => {
  for (const code of [408, 425, 429, 500, 502, 503, 504, 522, 524]) {
    it(`A56 tries again after ${code}`, () => assert.equal(isWorthRetry(status(code)), true));
  }
  for (const code of [400, 401, 403, 404, 410, 416, 451, 501, 505, 511]) {
    it(`A57 gives up after ${code}`, () => assert.equal(isWorthRetry(status(code)), false));
  }
  const retryable: readonly FetchErrorCode[] = [
    'connectFailed',
    'nameUnresolved',
    'timedOut',
    'truncated',
    'protocolViolation',
  ];
  for (const code of fetchErrorCodes.filter((each) => each !== 'httpStatus')) {
    const expected = retryable.includes(code);
    it(`B39 ${code} is ${expected ? '' : 'not '}worth a retry`, () =>
      assert.equal(isWorthRetry(new FetchError(code, 'x')), expected));
  }
  it('A69 never retries what is final', () => {
    assert.equal(isWorthRetry(new FetchError('connectFailed', 'x', { isFinal: true })), false);
  });
});

describe('asksForFewerConnections', () => {
  it('A65 reads 429, 503 and refused connections so', () => {
    assert.deepEqual(
      [429, 503, 500, 404].map((code) => asksForFewerConnections(status(code))),
      [true, true, false, false],
    );
    assert.equal(asksForFewerConnections(new FetchError('connectFailed', 'x')), true);
    assert.equal(asksForFewerConnections(new FetchError('timedOut', 'x')), false);
  });
});

describe('backOffMs', () => {
  it('A56 grows exponentially up to its cap, with full jitter', () => {
    assert.deepEqual(
      [1, 2, 3, 7, 20].map((attempt) => backOffMs(attempt, null, 0.999999)),
      [500, 1000, 2000, 30_000, 30_000],
    );
    assert.equal(backOffMs(3, null, 0), 0);
  });

  it('A54 never waits less than the server asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.nat(retryPolicy.longestRetryAfterMs),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (attempt, asked, random) => {
          const delayMs = backOffMs(attempt, asked, random);
          assert.ok(delayMs >= asked && delayMs <= Math.max(asked, retryPolicy.longestDelayMs));
        },
      ),
    );
  });
});

describe('parseRetryAfter', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  const table: readonly (readonly [string | null, number | null])[] = [
    ['3', 3000],
    ['0', 0],
    ['999999999', 999_999_999_000],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['-1', null],
    ['abc', null],
    ['1.5', null],
    ['', null],
    [null, null],
  ];
  for (const [value, expected] of table) {
    it(`A54 reads ${String(value)} as ${String(expected)}`, () =>
      assert.equal(parseRetryAfter(value, nowMs), expected));
  }
});
