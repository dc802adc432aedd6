// What a running download knows of the file at the other end, and what that allows: ranges, splitting, going on.
import type { FetchError } from '../assets/fetchError';
import { LEAST_SPLIT_FILE_BYTES } from './segments';
import type { Source } from './source';
import type { RemoteObject } from './validator';

/** 'maybe': advertised, not seen. 'refused': the answers to ranges were rubbish, none is sent any more. */
export type RangeSupport = 'unknown' | 'yes' | 'maybe' | 'no' | 'refused';

/** Whole bodies in answer to ranges, from a server that has answered others with parts, before we start over. */
const MOST_IGNORED_RANGES = 3;

export class RemoteFile {
  object: RemoteObject | null = null;
  /** Whether the end of the body was known by its framing, not by the closing of the connection. */
  isLengthProven = true;
  /** One connection, no caches: after a change under way or a hash that did not match. */
  isCautious = false;
  /** Whether more than one connection was open. */
  hasSplit = false;
  private ranges: RangeSupport = 'unknown';
  private skipsRangeOnce = false;
  private ignoredRanges = 0;

  /** `hasGivenHash`: a hash will decide over the whole, so parts need no strong validator. */
  constructor(readonly hasGivenHash: boolean) {}

  noteRanges(support: 'yes' | 'maybe' | 'no'): void {
    if (this.ranges !== 'refused' && this.ranges !== 'yes') this.ranges = support;
  }

  refuseRanges(): void {
    this.ranges = 'refused';
  }

  get hasRefusedRanges(): boolean {
    return this.ranges === 'refused';
  }

  /** Some server behind the name answers ranges with the whole: those connections that work go on, none joins them. */
  noteIgnoredRange(): void {
    this.ignoredRanges += 1;
  }

  /** Whether other connections got the ranges they asked for, so that this answer may be one server's of several. */
  get mayAskForRangesAgain(): boolean {
    return this.hasSplit && this.ranges === 'yes' && this.ignoredRanges < MOST_IGNORED_RANGES;
  }

  /** The next request goes without a Range header: the last one was cut before it brought a byte, maybe because of it. */
  skipRangeOnce(): void {
    this.skipsRangeOnce = true;
  }

  /** Whether the request about to be sent has a Range header. */
  takeRangeDecision(): boolean {
    const skips = this.skipsRangeOnce;
    this.skipsRangeOnce = false;
    return this.ranges !== 'refused' && !skips;
  }

  /** Whether more than one connection may fetch it. */
  maySplit(hostIgnoresRanges: boolean): boolean {
    if (this.object === null || this.isCautious || this.ignoredRanges > 0) return false;
    const isLarge = (this.object.totalBytes ?? 0) >= LEAST_SPLIT_FILE_BYTES;
    const isProvable = this.object.validator !== null || this.hasGivenHash;
    return isLarge && isProvable && (this.ranges === 'yes' || (this.ranges === 'maybe' && !hostIgnoresRanges));
  }

  /** Bytes on disk may be added to only where the object can prove to be the same, or a given hash will. */
  mayContinue(isSameSource: boolean): boolean {
    return this.ranges !== 'no' && this.ranges !== 'refused' && this.isProvable(isSameSource);
  }

  /** Whether another response can prove to be of the same object, or a given hash will. */
  isProvable(isSameSource: boolean): boolean {
    return this.hasGivenHash || (isSameSource && (this.object?.validator ?? null) !== null);
  }

  /** What a response of `source` must agree with: other mirrors have validators of their own. */
  objectFor(source: Source, current: Source): RemoteObject | null {
    if (this.object === null || source === current) return this.object;
    return { totalBytes: this.object.totalBytes, etag: null, lastModified: null, validator: null };
  }

  forget(): void {
    this.object = null;
    this.isLengthProven = true;
    if (this.ranges !== 'refused') this.ranges = 'unknown';
  }
}

/** Thrown within a download: the object is another one now; all connections end and it starts over. */
export class Restart extends Error {
  constructor(readonly error: FetchError) {
    super(error.message);
  }
}

/** Thrown within a download: ask again at once, in another way. */
export class AskAgain extends Error {
  constructor(readonly error: FetchError) {
    super(error.message);
  }
}
