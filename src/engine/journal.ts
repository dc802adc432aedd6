// Resume state on disk: what of which object is in the part file. Saved atomically, checksummed, never trusted blindly.
import type { Integrity } from '../assets/integrity';
import type { RangeSet } from './byteRanges';
import type { CheckpointKind } from './checkpoint';
import type { Disk } from './disk';
import type { TransferFolder } from './transferFolder';
import type { StrongValidator } from './validator';

/** Everything that a resume needs and nothing secret: no query, no userinfo, no headers. */
export interface JournalRecord {
  readonly version: 1;
  /** The original URL without userinfo, query and fragment. */
  readonly displayUrl: string;
  /** SHA-256 of the whole original URL, hex: tells whether a request asks for the same one. */
  readonly urlHash: string;
  readonly isUrlRedacted: boolean;
  readonly root: string;
  readonly path: string;
  readonly isFolder: boolean;
  /** File name chosen; null before the first response. */
  readonly name: string | null;
  readonly integrity: readonly Integrity[];
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly validator: StrongValidator | null;
  readonly totalBytes: number | null;
  /** Ranges that were handed to the system: they survive a killed process. */
  readonly written: RangeSet;
  /** Ranges that were flushed to the device before this was saved: they survive a power cut. */
  readonly flushed: RangeSet;
  /** Wall clock, milliseconds since the epoch. */
  readonly savedAtMs: number;
}

/**
 * What a journal says. `found`: `kept` are the ranges of the part file that count, by whether the machine was restarted since.
 * `newer`: a later release made it; it stays as it is, with its part file, and this release refuses.
 */
export type LoadedJournal =
  | { readonly type: 'absent' }
  | { readonly type: 'newer'; readonly version: number }
  | { readonly type: 'found'; readonly record: JournalRecord; readonly kept: RangeSet };

/**
 * Reads and checks the journal of a transfer whose lease the caller holds. A corrupt one is moved aside (one is kept), logged
 * and as good as absent; so is one whose part file is gone or shorter than it says. A part file that is published already (it
 * has a second name) is unlinked, so that nothing is written through it.
 * Raises `permissionDenied`, `localIo` where the folder cannot be read.
 */
export async function loadJournal(disk: Disk, folder: TransferFolder): Promise<LoadedJournal> {
  throw new Error(`not yet: ${String(disk)} ${folder.dir}`);
}

/**
 * Replaces the journal atomically. `quick` survives a killed process. `durable` survives a power cut; the caller has flushed
 * the part file before. Before the part file is written anew from zero, a `durable` save without ranges must have resolved:
 * else a power cut could join the old object's ranges with the new object's bytes.
 * Raises `diskFull`, `permissionDenied`, `localIo`; the former journal then still holds.
 */
export async function saveJournal(
  disk: Disk,
  folder: TransferFolder,
  record: JournalRecord,
  kind: CheckpointKind,
): Promise<void> {
  throw new Error(`not yet: ${String(disk)} ${folder.dir} ${record.version} ${kind}`);
}
