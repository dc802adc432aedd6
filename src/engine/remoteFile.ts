// What a running download knows of the file at the other end, and what that allows: ranges, splitting, going on.
import type { FetchError } from '../assets/fetchError';
import { LEAST_SPLIT_FILE_BYTES } from './segments';
import type { Source, Sources } from './source';
import type { RemoteObject } from './validator';

/** 'maybe': advertised, not seen. 'refused': the answers to ranges were rubbish, none is sent any more. */
export type RangeSupport = 'unknown' | 'yes' | 'maybe' | 'no' | 'refused';

/** Whole bodies in answer to ranges, from a server that has answered others with parts, before we start over. */
const MOST_IGNORED_RANGES = 3;

/** One for each transfer's state, kept over all its connections and restarts. */
export class RemoteFile {
  /** Whether name, hashes, size and destination were judged by what a response said of the file. */
  isAnnounced = false;
  /** Whether the end of the body was known by its framing, not by the closing of the connection. */
  isLengthProven = true;
  /** Whether what was received turned out to be of no use: longer or shorter than it may be. */
  isSpoiled = false;
  /** One connection, no caches: after a change under way or a hash that did not match. */
  isCautious = false;
  /** Whether more than one connection was open. */
  hasSplit = false;
  private ranges: RangeSupport = 'unknown';
  private skipsRangeOnce = false;
  private ignoredRanges = 0;

  constructor(
    /** A hash will decide over the whole, so parts need no strong validator. */
    readonly hasGivenHash: boolean,
    private readonly sources: Sources,
  ) {}

  /** What the source in charge says of the file; null before its first usable answer. */
  get object(): RemoteObject | null {
    return this.sources.current.object;
  }

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

  /** Bytes on disk may be added to by `source` only where it can prove that the object is the same, or a given hash will. */
  mayContinue(source: Source): boolean {
    return this.ranges !== 'no' && this.ranges !== 'refused' && this.isProvable(source);
  }

  /** Whether another response of `source` can prove to be of the object on disk, or a given hash will. */
  isProvable({ hasDelivered, object }: Source): boolean {
    return this.hasGivenHash || (hasDelivered && (object?.validator ?? null) !== null);
  }

  forget(): void {
    this.sources.forgetObject();
    this.isAnnounced = this.isSpoiled = false;
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
