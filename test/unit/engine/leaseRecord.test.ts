import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatLease, judgeOwner, parseLease, type LeaseRecord, type Verdict } from '../../../src/engine/leaseRecord';

const NOW_MS = 1_700_000_000_000;

const self = { pid: 10, threadId: 1, startedAt: '555', host: 'here', bootId: 'boot' };

function ownerOf(changed: Partial<LeaseRecord> & { ageMs?: number } = {}): LeaseRecord {
  const { ageMs = 1000, ...rest } = changed;
  return {
    version: 1,
    ownerId: '6f1c0f0e-3b1f-4a52-9d3c-0f6d3a1d2b4c',
    pid: 20,
    threadId: 1,
    processStartedAt: '777',
    host: 'here',
    bootId: 'boot',
    heartbeatAtMs: NOW_MS - ageMs,
    ...rest,
  };
}

interface Row {
  readonly what: string;
  readonly owner: LeaseRecord | null;
  readonly isAlive?: boolean;
  readonly unchangedMs?: number;
  readonly expected: Verdict;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const TABLE: readonly Row[] = [
  { what: 'B27 a process that beats', owner: ownerOf(), expected: 'alive' },
  { what: 'B28 a process that is gone', owner: ownerOf({ ageMs: 0 }), isAlive: false, expected: 'dead' },
  { what: 'B28 another boot', owner: ownerOf({ bootId: 'before', ageMs: 11_000 }), expected: 'dead' },
  {
    what: 'B29 another boot that beats: a machine of that name',
    owner: ownerOf({ bootId: 'other' }),
    expected: 'alive',
  },
  {
    what: 'B28 another boot, silent',
    owner: ownerOf({ bootId: 'b', ageMs: 0 }),
    unchangedMs: 10_000,
    expected: 'dead',
  },
  { what: 'B26 one just woken, with an old beat', owner: ownerOf({ ageMs: DAY_MS }), expected: 'alive' },
  { what: 'B28 a hung process', owner: ownerOf({ ageMs: MINUTE_MS }), unchangedMs: 5_000, expected: 'hung' },
  {
    what: 'B25 a clock set back, silent',
    owner: ownerOf({ ageMs: -DAY_MS }),
    unchangedMs: MINUTE_MS,
    expected: 'hung',
  },
  { what: 'B25 a clock set back, beating', owner: ownerOf({ ageMs: -DAY_MS }), unchangedMs: 2_000, expected: 'alive' },
  { what: 'B28 another host', owner: ownerOf({ host: 'there' }), isAlive: false, expected: 'alive' },
  {
    what: 'B28 another host, long silent, just seen',
    owner: ownerOf({ host: 'there', ageMs: DAY_MS }),
    expected: 'alive',
  },
  {
    what: 'B28 another host, long silent and watched',
    owner: ownerOf({ host: 'there', ageMs: MINUTE_MS }),
    unchangedMs: 5_000,
    expected: 'silent',
  },
  {
    what: 'D10 an engine thread of this process that ended',
    owner: ownerOf({ pid: 10, processStartedAt: '555', threadId: 9, ageMs: 10_000 }),
    unchangedMs: 5_000,
    expected: 'dead',
  },
  {
    what: 'B28 a silent process that may be another by now',
    owner: ownerOf({ processStartedAt: null, ageMs: 10 * MINUTE_MS }),
    unchangedMs: 5_000,
    expected: 'silent',
  },
  {
    what: 'B28 a process without a start time, silent for a minute',
    owner: ownerOf({ processStartedAt: null, ageMs: MINUTE_MS }),
    unchangedMs: 5_000,
    expected: 'hung',
  },
  { what: 'B20 an unreadable lease, at first', owner: null, expected: 'alive' },
  { what: 'B20 an unreadable lease that stays so', owner: null, unchangedMs: 3_000, expected: 'dead' },
];

describe('judgeOwner', () => {
  for (const { what, owner, isAlive = true, unchangedMs = 0, expected } of TABLE) {
    it(`${what} is ${expected}`, () => {
      const seen = { self, isProcessAlive: () => isAlive, nowMs: NOW_MS, unchangedMs };
      assert.equal(judgeOwner(owner, seen), expected);
    });
  }

  it('B28 asks for the process by its start time', () => {
    const asked: unknown[] = [];
    const isProcessAlive = (...args: unknown[]): boolean => asked.push(args) > 0;
    judgeOwner(ownerOf(), { self, isProcessAlive, nowMs: NOW_MS, unchangedMs: 0 });
    assert.deepEqual(asked, [[20, '777']]);
  });
});

describe('parseLease', () => {
  it('reads what was written, always at one length', () => {
    assert.deepEqual(parseLease(formatLease(ownerOf())), ownerOf());
    assert.equal(formatLease(ownerOf({ ageMs: 0 })).length, formatLease(ownerOf({ ageMs: DAY_MS })).length);
  });

  it('B20 takes no other bytes for a lease', () => {
    fc.assert(fc.property(fc.json(), (text) => parseLease(Buffer.from(text)) === null));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseLease(Buffer.from(bytes)) === null));
  });

  it('I6 takes no owner id that would lead to another folder', () => {
    assert.equal(parseLease(formatLease(ownerOf({ ownerId: '../../../etc/passwd' }))), null);
  });
});
