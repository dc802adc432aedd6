// Which range a free connection asks for next: the first gap, else a part of what another connection still has. Pure.
import type { RangeSet } from './byteRanges';

/** Below this a range is not split: a request costs more than it brings. Where the rate is known, what it brings in a while. */
const LEAST_SEGMENT_BYTES = 1024 * 1024;
const LEAST_SLOW_SEGMENT_BYTES = 64 * 1024;
const LEAST_SEGMENT_SECONDS = 0.1;
/** Files below this take one connection. */
export const LEAST_SPLIT_FILE_BYTES = 8 * 1024 * 1024;

/** What one connection is fetching. `end` is exclusive, Infinity where the length is unknown; a split lowers it. */
export interface Segment {
  start: number;
  /** Next offset to come from the network. */
  cursor: number;
  end: number;
  /** Where the response that is being read ends by itself, at `end` or, after a split, behind it; 0 before there is one. */
  bodyEnd: number;
  /** Smoothed rate; null while too young to tell. */
  bytesPerSecond: number | null;
}

export type Work =
  /** A gap that nobody fetches. */
  | { readonly type: 'gap'; readonly start: number; readonly end: number }
  /** The tail [at, end) of a segment that goes on up to `at`. */
  | { readonly type: 'split'; readonly victim: Segment; readonly at: number; readonly end: number }
  /** All that is left of a segment whose connection crawls; that connection is to be closed. */
  | { readonly type: 'takeOver'; readonly victim: Segment };

/** Slower than this part of its peers' median, a connection crawls and loses what it has left. */
const CRAWL_RATIO = 0.2;

/**
 * What a free connection should fetch, or null where helping would not end the transfer sooner. A split is placed so that
 * both ends arrive together, by the victim's rate and the median rate of all.
 */
export function chooseWork(todo: RangeSet, active: readonly Segment[], maySplit: boolean): Work | null {
  const gap = todo[0];
  if (gap) return { type: 'gap', start: gap[0], end: gap[1] };
  if (!maySplit) return null;
  const typicalRate = medianRate(active);
  const victim = slowestToFinish(active, typicalRate);
  return victim ? divide(victim, typicalRate) : null;
}

function divide(victim: Segment, typicalRate: number): Work | null {
  const left = victim.end - victim.cursor;
  const rate = victim.bytesPerSecond ?? typicalRate;
  if (rate < typicalRate * CRAWL_RATIO && left > 0) return { type: 'takeOver', victim };
  const kept = Math.ceil(left * (rate / (rate + typicalRate)));
  const least = leastSegmentBytes(victim, typicalRate);
  if (kept < least || left - kept < least) return null;
  return { type: 'split', victim, at: victim.cursor + kept, end: victim.end };
}

function leastSegmentBytes({ bytesPerSecond }: Segment, typicalRate: number): number {
  if (bytesPerSecond === null) return LEAST_SEGMENT_BYTES;
  const bytes = Math.ceil(typicalRate * LEAST_SEGMENT_SECONDS);
  return Math.min(LEAST_SEGMENT_BYTES, Math.max(LEAST_SLOW_SEGMENT_BYTES, bytes));
}

function slowestToFinish(active: readonly Segment[], typicalRate: number): Segment | null {
  const secondsLeft = ({ cursor, end, bytesPerSecond }: Segment): number =>
    (end - cursor) / Math.max(bytesPerSecond ?? typicalRate, 1);
  return active.reduce<Segment | null>(
    (slowest, segment) => (slowest === null || secondsLeft(segment) > secondsLeft(slowest) ? segment : slowest),
    null,
  );
}

/** Median of the known rates, at least 1 so that it can divide. */
function medianRate(active: readonly Segment[]): number {
  const rates = active.flatMap(({ bytesPerSecond }) => bytesPerSecond ?? []).sort((a, b) => a - b);
  return Math.max(rates[Math.floor(rates.length / 2)] ?? 1, 1);
}
