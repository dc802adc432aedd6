// Sets of byte offsets as sorted, disjoint, half-open ranges. Pure.

/** Bytes `start` to `end - 1`. */
export type ByteRange = readonly [start: number, end: number];

/** Sorted by start, no two touching. */
export type RangeSet = readonly ByteRange[];

/** `ranges` with [start, end) in it; ranges that touch are merged. */
export function addRange(ranges: RangeSet, start: number, end: number): RangeSet {
  if (start >= end) return ranges;
  const before = ranges.filter(([, rangeEnd]) => rangeEnd < start);
  const after = ranges.filter(([rangeStart]) => rangeStart > end);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const first = touching[0];
  const last = touching.at(-1);
  return [...before, [Math.min(start, first?.[0] ?? start), Math.max(end, last?.[1] ?? end)], ...after];
}

/** `ranges` without the offsets [start, end). */
export function removeRange(ranges: RangeSet, start: number, end: number): RangeSet {
  return ranges.flatMap(([rangeStart, rangeEnd]): ByteRange[] => {
    const left: ByteRange = [rangeStart, Math.min(rangeEnd, start)];
    const right: ByteRange = [Math.max(rangeStart, end), rangeEnd];
    return [left, right].filter(([from, to]) => from < to);
  });
}

/** What of [0, total) is not in `ranges`. */
export function missingRanges(ranges: RangeSet, total: number): RangeSet {
  return ranges.reduce<RangeSet>(
    (missing, [start, end]) => removeRange(missing, start, end),
    total > 0 ? [[0, total]] : [],
  );
}

/** Bytes in all ranges together. */
export function countBytes(ranges: RangeSet): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** End of the run that starts at offset 0; 0 where offset 0 is missing. */
export function contiguousEnd(ranges: RangeSet): number {
  const first = ranges[0];
  return first?.[0] === 0 ? first[1] : 0;
}
