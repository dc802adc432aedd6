// The bookkeeping of ranges: whatever connections do, every byte is fetched once and none is forgotten.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addRange,
  contiguousEnd,
  countBytes,
  missingRanges,
  removeRange,
  type RangeSet,
} from '../../../src/engine/byteRanges';
import type { Segment } from '../../../src/engine/segments';
import { Workload } from '../../../src/engine/workload';

const MIB = 1024 * 1024;

describe('byte ranges', () => {
  const offsets = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })), {
    maxLength: 20,
  });

  it('agree with a plain set of offsets', () => {
    fc.assert(
      fc.property(offsets, offsets, (added, removed) => {
        const plain = new Set<number>();
        let ranges: RangeSet = [];
        for (const [a, b] of added) {
          for (let offset = a; offset < b; offset += 1) plain.add(offset);
          ranges = addRange(ranges, a, b);
        }
        for (const [a, b] of removed) {
          for (let offset = a; offset < b; offset += 1) plain.delete(offset);
          if (a < b) ranges = removeRange(ranges, a, b);
        }
        assert.deepEqual(
          expand(ranges),
          [...plain].sort((a, b) => a - b),
        );
        assert.equal(countBytes(ranges), plain.size);
        assert.equal(countBytes(missingRanges(ranges, 60)), 60 - plain.size);
      }),
    );
  });

  it('stay sorted, disjoint and merged', () => {
    fc.assert(
      fc.property(offsets, (added) => {
        const ranges = added.reduce<RangeSet>((set, [a, b]) => addRange(set, a, b), []);
        for (const [index, [start, end]] of ranges.entries()) {
          assert.ok(start < end);
          const next = ranges[index + 1];
          if (next) assert.ok(end < next[0]);
        }
      }),
    );
  });
});

describe('Workload', () => {
  it('hands out every byte exactly once, whatever connections do', () => {
    const step = fc.record({
      act: fc.constantFrom('take', 'receive', 'drop'),
      who: fc.nat(7),
      bytes: fc.integer({ min: 1, max: 3 * MIB }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 * MIB }), fc.array(step, { maxLength: 120 }), (total, steps) => {
        const work = new Workload();
        work.setTotal(total);
        const received: RangeSet[] = [];
        const active: Segment[] = [];
        const take = (): void => {
          const taken = work.take(true);
          if (taken) active.push(taken.segment);
        };
        const receive = (segment: Segment, bytes: number): void => {
          const end = Math.min(segment.end, segment.cursor + bytes);
          received.push([[segment.cursor, end]]);
          work.markWritten(segment.cursor, end);
          segment.cursor = end;
        };
        const drop = (segment: Segment): void => {
          work.giveBack(segment);
          active.splice(active.indexOf(segment), 1);
        };
        for (const { act, who, bytes } of steps) {
          const segment = active[who];
          if (act === 'take') take();
          else if (segment && act === 'receive') receive(segment, bytes);
          else if (segment) drop(segment);
        }
        for (const segment of [...active]) drop(segment);
        for (let rounds = 0; !work.isComplete; rounds += 1) {
          assert.ok(rounds < 1000, 'the work ends');
          take();
          for (const segment of [...active]) {
            receive(segment, Infinity);
            drop(segment);
          }
        }
        const sum = received.reduce((bytes, range) => bytes + countBytes(range), 0);
        assert.equal(sum, total, 'no byte was received twice');
        assert.deepEqual(work.written, [[0, total]]);
      }),
      { numRuns: 200 },
    );
  });

  it('splits so that both ends arrive together', () => {
    const work = new Workload();
    work.setTotal(100 * MIB);
    const first = work.take(true)?.segment;
    assert.ok(first);
    first.bytesPerSecond = 3 * MIB;
    const second = work.take(true)?.segment;
    assert.equal(second?.end, 100 * MIB);
    assert.equal(second.start, 50 * MIB, 'nothing is known of the newcomer but that it may be as fast');
  });

  it('takes all that is left from a connection that crawls', () => {
    const work = new Workload();
    work.setTotal(40 * MIB);
    const segments = [work.take(true)?.segment, work.take(true)?.segment, work.take(true)?.segment];
    const [crawler, ...others] = segments;
    assert.ok(crawler);
    crawler.bytesPerSecond = 10;
    for (const segment of others) if (segment) segment.bytesPerSecond = 10 * MIB;
    const taken = work.take(true);
    assert.equal(taken?.crawler, crawler);
    assert.equal(taken.segment.start, crawler.cursor);
    assert.equal(crawler.end, crawler.cursor);
  });

  it('learns the length late and forgets what lies behind it', () => {
    const work = new Workload();
    const only = work.take(false)?.segment;
    assert.equal(only?.end, Infinity);
    work.setTotal(10);
    assert.equal(only.end, 10);
    only.cursor = 10;
    work.markWritten(0, 10);
    work.giveBack(only);
    assert.ok(work.isComplete);
    assert.equal(contiguousEnd(work.written), 10);
  });

  it('has work again where the file turns out to be longer than it was', () => {
    const work = new Workload();
    const first = work.take(false)?.segment;
    assert.ok(first);
    work.setTotal(10);
    work.setTotal(30);
    work.giveBack(first);
    assert.deepEqual(work.take(false)?.segment.end, 30);
  });

  it('counts an empty file as complete', () => {
    const work = new Workload();
    work.setTotal(0);
    assert.ok(work.isComplete);
    assert.equal(work.take(true), null);
  });
});

function expand(ranges: RangeSet): number[] {
  return ranges.flatMap(([start, end]) => Array.from({ length: end - start }, (_, index) => start + index));
}
