// Assertions on how a transfer ended, with messages that say what happened instead.
import assert from 'node:assert/strict';
import type { FetchErrorCode, PlainFetchError } from '../../src/assets/fetchError';
import type { FetchResult } from '../../src/assets/request';
import { assertBody } from './body';
import type { Outcome } from './engineUnderTest';

/** The transfer is done and the file holds exactly the body of `seed`. */
export function assertDone(
  outcome: Outcome,
  seed: number,
  sizeBytes: number,
  otherSeeds: readonly number[] = [],
): FetchResult {
  if (outcome.type === 'failed') assert.fail(`failed with ${outcome.error.code}: ${outcome.error.message}`);
  assert.equal(outcome.bytes.length, sizeBytes, 'size of the file');
  assertBody(outcome.bytes, seed, 0, otherSeeds);
  assert.equal(outcome.result.bytes, sizeBytes);
  return outcome.result;
}

/** The transfer failed with this code (or one of these). */
export function assertFailed(outcome: Outcome, ...codes: readonly FetchErrorCode[]): PlainFetchError {
  if (outcome.type === 'done') assert.fail(`done: ${JSON.stringify(outcome.result)}`);
  const { code, message } = outcome.error;
  assert.ok(codes.includes(code), `failed with ${code} (${message}) instead of ${codes.join(' or ')}`);
  return outcome.error;
}
