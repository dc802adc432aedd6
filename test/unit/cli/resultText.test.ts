import assert from 'node:assert/strict';
import { describeProof, describeResult } from '../../../src/cli/resultText';
import { makeResult } from './fakeSurroundings';

describe('describeProof', () => {
  const proofs: [string, RegExp][] = [
    ['sha256', /^verified by sha256$/],
    ['sha256,sha512', /^verified by sha256, sha512$/],
    ['md5 (weak)', /^checked by md5 \(weak\) alone/],
    ['published:repr-digest', /^matches the hash that the server publishes \(repr-digest\)/],
    ['size', /^complete, unverified: .*size matches/],
    ['none', /^complete, unverified: .*no size/],
  ];
  for (const [verifiedBy, text] of proofs) {
    it(`says what ${verifiedBy} proves`, () => assert.match(describeProof(verifiedBy), text));
  }

  it('says "verified" only where a strong hash was given', () => {
    for (const [verifiedBy] of proofs.slice(2)) assert.doesNotMatch(describeProof(verifiedBy), /(?<!un)verified/);
  });
});

describe('describeResult', () => {
  it('names what was kept from an earlier run', () => {
    const text = describeResult(makeResult({ bytes: 10_000_000, fetchedBytes: 4_000_000, resumedBytes: 6_000_000 }));
    assert.equal(text, '10 MB in 2.0 s (2 MB/s), of which 6 MB were kept from before, verified by sha256');
  });

  it('says where nothing had to be fetched', () => {
    const text = describeResult(makeResult({ connections: 0, fetchedBytes: 0 }));
    assert.equal(text, '1 kB, already there, verified by sha256');
  });

  it('A39 divides by no time at all', () => {
    assert.equal(describeResult(makeResult({ seconds: 0 })), '1 kB in 0.0 s, verified by sha256');
  });
});
