import assert from 'node:assert/strict';
import type { FetchResult } from '../../../src/assets/request';
import {
  describeCancelled,
  describeEvent,
  describeProgress,
  describeProof,
  describeResult,
} from '../../../src/editor/progressText';
import { english } from './plainLocalizer';

const result: FetchResult = {
  path: '/w/model.bin',
  bytes: 100_000_000,
  sha256: 'ab'.repeat(32),
  verifiedBy: 'sha256',
  seconds: 2,
  fetchedBytes: 100_000_000,
  resumedBytes: 0,
  connections: 4,
};

describe('progress in words', () => {
  it('names received and total bytes, percent, speed and time left', () => {
    const facts = { receivedBytes: 42_000_000, totalBytes: 100_000_000, bytesPerSecond: 9_800_000 };
    assert.equal(describeProgress(facts, english), '42 MB of 100 MB, 42 %, 9.8 MB/s, 0:06 left');
  });

  it('A39 says no percent and no time left where the total is unknown', () => {
    const facts = { receivedBytes: 42_000_000, totalBytes: null, bytesPerSecond: 9_800_000 };
    assert.equal(describeProgress(facts, english), '42 MB, 9.8 MB/s');
  });

  it('says no speed before there is one', () => {
    const facts = { receivedBytes: 0, totalBytes: 100, bytesPerSecond: 0 };
    assert.equal(describeProgress(facts, english), '0 B of 100 B, 0 %');
  });

  it('says when it tries again, and the how manieth try that is', () => {
    const error = { code: 'timedOut', message: '', details: {} } as const;
    const event = { type: 'retrying', id: '1', attempt: 2, attempts: 5, delayMs: 7200, error } as const;
    assert.equal(describeEvent(event, english), 'retrying in 8 s, attempt 2 of 5');
  });

  it('says nothing of events that end a transfer', () => {
    assert.equal(describeEvent({ type: 'done', id: '1', result }, english), null);
  });
});

describe('the end in words', () => {
  it('says verified where a given hash proved the bytes', () => {
    assert.equal(describeResult('model.bin', result, english), 'Saved model.bin, 100 MB, verified by sha256.');
  });

  for (const verifiedBy of ['none', 'size', 'published:repr-digest', 'md5 (weak)', 'md5 (weak),sha1 (weak)']) {
    it(`C36 C38 never says verified where only ${verifiedBy} stands behind it`, () => {
      assert.doesNotMatch(describeProof(verifiedBy, english), /\bverified/);
    });
  }

  it('names what the server published', () => {
    assert.match(describeProof('published:x-goog-hash', english), /server publishes \(x-goog-hash\)/);
  });

  it('says what a cancelled transfer keeps', () => {
    assert.equal(describeCancelled(12_000_000, english), 'Cancelled. 12 MB kept; run it again to go on.');
    assert.equal(describeCancelled(0, english), 'Cancelled. Nothing was kept.');
    assert.match(describeCancelled(null, english), /^Cancelled\. What was received is kept/);
  });
});
