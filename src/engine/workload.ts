// The bytes of one file: which are on disk, which are being fetched, which are left. No I/O.
import { addRange, contiguousEnd, countBytes, missingRanges, removeRange, type RangeSet } from './byteRanges';
import { chooseWork, type Segment } from './segments';

/** Every byte is in one of the three states at any time; of a segment that is given back, what did not come is left again. */
export class Workload {
  private writtenRanges: RangeSet = [];
  private todo: RangeSet = [[0, Infinity]];
  private readonly segments = new Set<Segment>();
  private total: number | null = null;
  private most = 0;

  /** Ranges on disk (written, not necessarily flushed). */
  get written(): RangeSet {
    return this.writtenRanges;
  }

  get totalBytes(): number | null {
    return this.total;
  }

  get writtenBytes(): number {
    return countBytes(this.writtenRanges);
  }

  /** Most bytes that were ever on disk, whatever was given up since. */
  get mostWrittenBytes(): number {
    return this.most;
  }

  /** Bytes received so far: on disk or on the way there. */
  get receivedBytes(): number {
    return (
      [...this.segments].reduce((sum, { start, cursor }) => sum + cursor - start, this.writtenBytes) -
      this.writtenInFlight()
    );
  }

  /** End of the run on disk that starts at 0: what may be hashed. */
  get frontierBytes(): number {
    return contiguousEnd(this.writtenRanges);
  }

  get isComplete(): boolean {
    return this.total !== null && this.frontierBytes === this.total;
  }

  /** Starts over: from `written` ranges of an earlier run, or from nothing. No segment may be active. */
  reset(written: RangeSet = [], totalBytes: number | null = null): void {
    this.writtenRanges = written;
    this.most = Math.max(this.most, this.writtenBytes);
    this.total = totalBytes;
    this.todo = missingRanges(written, totalBytes ?? Infinity);
  }

  /** Starts over with `segment` as the only one, from byte 0. */
  startOver(segment: Segment): void {
    this.writtenRanges = [];
    this.total = null;
    this.todo = [];
    segment.start = segment.cursor = 0;
    segment.end = Infinity;
    segment.bodyEnd = 0;
  }

  /** Whether a free connection would find something to do. */
  hasWork(maySplit: boolean): boolean {
    return chooseWork(this.todo, [...this.segments], maySplit && this.total !== null) !== null;
  }

  /** The length is known now. */
  setTotal(totalBytes: number): void {
    for (const segment of this.segments) segment.end = Math.min(segment.end, totalBytes);
    this.todo = removeRange(this.todo, totalBytes, Infinity);
    // It was shorter when it was asked for before.
    if (this.total !== null) this.todo = addRange(this.todo, this.total, totalBytes);
    this.total = totalBytes;
  }

  markWritten(start: number, end: number): void {
    this.writtenRanges = addRange(this.writtenRanges, start, end);
    this.most = Math.max(this.most, this.writtenBytes);
  }

  /**
   * The next segment for a free connection; null where nothing is left or worth splitting. `crawler`: the segment that lost
   * all it had left, whose connection is to be ended.
   */
  take(maySplit: boolean): { readonly segment: Segment; readonly crawler: Segment | null } | null {
    const work = chooseWork(this.todo, [...this.segments], maySplit && this.total !== null);
    if (!work) return null;
    switch (work.type) {
      case 'gap':
        this.todo = removeRange(this.todo, work.start, work.end);
        return { segment: this.activate(work.start, work.end), crawler: null };
      case 'split':
        work.victim.end = work.at;
        return { segment: this.activate(work.at, work.end), crawler: null };
      case 'takeOver': {
        const { cursor, end } = work.victim;
        work.victim.end = cursor;
        return { segment: this.activate(cursor, end), crawler: work.victim };
      }
    }
  }

  /** A segment's connection is through with it; what it has not received is up for others. All it received must be on disk. */
  giveBack(segment: Segment): void {
    if (!this.segments.delete(segment)) return;
    const end = Math.min(segment.end, this.total ?? Infinity);
    const neighbour = [...this.segments].find((other) => other.end === segment.cursor && other.bodyEnd >= end);
    // Whoever lost this range in a split still has it coming: it goes on instead of ending early.
    if (neighbour) neighbour.end = Math.max(neighbour.end, end);
    else this.todo = addRange(this.todo, segment.cursor, end);
  }

  private activate(start: number, end: number): Segment {
    const segment: Segment = { start, cursor: start, end, bodyEnd: 0, bytesPerSecond: null };
    this.segments.add(segment);
    return segment;
  }

  private writtenInFlight(): number {
    return [...this.segments].reduce(
      (sum, { start, cursor }) => sum + overlapBytes(this.writtenRanges, start, cursor),
      0,
    );
  }
}

function overlapBytes(ranges: RangeSet, start: number, end: number): number {
  return ranges.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, end) - Math.max(from, start)), 0);
}
