// Resume state on disk: what of which object is in the part file. Saved atomically, checksummed, never trusted blindly.
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Integrity } from '../assets/integrity';
import type { RangeSet } from './byteRanges';
import type { CheckpointKind } from './checkpoint';
import type { Disk } from './disk';
import { syncFolder } from './folderSync';
import { formatJournal, readJournalFile, type JournalFile } from './journalFile';
import { errnoOf, translateLocalError } from './localError';
import { isSameBoot } from './processes';
import { replaceFile } from './replaceFile';
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
  /** False where the body ended with its connection, and that is all that tells its length. Absent in older journals. */
  readonly isLengthProven?: boolean | undefined;
  /** As `urlHash`, of the mirror that the validators are of. Absent in older journals: the original URL. */
  readonly sourceUrlHash?: string | undefined;
  /** Ranges that were handed to the system: they survive a killed process. */
  readonly written: RangeSet;
  /** Ranges that were flushed to the device before this was saved: they survive a power cut. */
  readonly flushed: RangeSet;
  /** Wall clock, milliseconds since the epoch. */
  readonly savedAtMs: number;
  /** `stampPart` of the part file where nobody was going to write to it any more. Its bytes count only while that holds. */
  readonly partStamp?: string | undefined;
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
 * and as good as absent; so is one whose part file is gone, shorter than it says or not as it was left. A part file that is published already (it
 * has a second name) is unlinked, so that nothing is written through it. After `absent` no journal is left, power cut or not.
 * Raises `permissionDenied`, `localIo` where the folder cannot be read.
 */
export async function loadJournal(disk: Disk, folder: TransferFolder): Promise<LoadedJournal> {
  try {
    await moveCorruptAside(disk, folder);
    const found = await inspectJournal(disk, folder);
    if (found.type !== 'absent') return found;
    await clearJournals(disk, folder);
    await dropForeignPart(disk, folder);
    return found;
  } catch (error) {
    throw translateLocalError(error, 'read', folder.dir);
  }
}

/** As `loadJournal`, but only looks: for transfers whose lease others may hold. Errors are node's. */
export async function inspectJournal(disk: Disk, folder: TransferFolder): Promise<LoadedJournal> {
  const latest = await readJournalFile(disk.fileSystem, latestPath(folder));
  const durable = await readJournalFile(disk.fileSystem, durablePath(folder));
  const newer = [latest, durable].find((file) => file.type === 'newer');
  if (newer !== undefined) return newer;
  const chosen = choose(disk, latest, durable);
  if (chosen === null || !(await isInPart(disk, folder, chosen))) return { type: 'absent' };
  return { type: 'found', ...chosen };
}

/**
 * Replaces the journal atomically. `quick` survives a killed process. `durable` survives a power cut; the caller has flushed
 * the part file before. Before the part file is written anew from zero, a `durable` save without ranges must have resolved:
 * else a power cut could join the old object's ranges with the new object's bytes.
 * Raises `diskFull`, `permissionDenied`, `localIo`; a former journal then still holds.
 */
export async function saveJournal(
  disk: Disk,
  folder: TransferFolder,
  record: JournalRecord,
  kind: CheckpointKind,
): Promise<void> {
  const text = formatJournal(disk.processes.self.bootId, record);
  try {
    if (kind === 'durable') await replaceFile(disk.fileSystem, durablePath(folder), text, true);
    await replaceFile(disk.fileSystem, latestPath(folder), text, false);
  } catch (error) {
    throw translateLocalError(error, 'save', latestPath(folder));
  }
}

/** Tells whether somebody changed the part file; of times, since hashing it anew would cost more. Null where there is none. */
export async function stampPart(disk: Disk, folder: TransferFolder): Promise<string | null> {
  const stats = await lstatPart(disk, folder);
  return stats && formatStamp(stats);
}

/** The change time, too: whoever sets a modification time back cannot set that one back. */
function formatStamp({ mtimeNs, ctimeNs }: BigIntStats): string {
  return `${mtimeNs} ${ctimeNs}`;
}

/** The last checkpoint of any kind. Not flushed, so it counts only within one run of the machine. */
function latestPath({ dir }: TransferFolder): string {
  return join(dir, 'journal.json');
}

/**
 * The last durable checkpoint. A file of its own: replacing it by one that is not flushed would, in a power cut, lose both.
 * It is never newer than what the part file holds, so it may stand in for a `journal.json` that is lost or corrupt.
 */
function durablePath({ dir }: TransferFolder): string {
  return join(dir, 'journal.flushed.json');
}

/** The record that counts, with the ranges that do. */
function choose(
  { processes: { self } }: Disk,
  latest: JournalFile,
  durable: JournalFile,
): { record: JournalRecord; kept: RangeSet } | null {
  if (latest.type === 'read' && isSameBoot(latest.bootId, self.bootId)) {
    return { record: latest.record, kept: latest.record.written };
  }
  if (durable.type !== 'read') return null;
  const { record, bootId } = durable;
  return { record, kept: isSameBoot(bootId, self.bootId) ? record.written : record.flushed };
}

async function isInPart(
  disk: Disk,
  folder: TransferFolder,
  { record, kept }: { readonly record: JournalRecord; readonly kept: RangeSet },
): Promise<boolean> {
  const stats = await lstatPart(disk, folder);
  const endBytes = kept.at(-1)?.[1] ?? 0;
  if (stats === null) return endBytes === 0;
  const isAsLeft = record.partStamp === undefined || record.partStamp === formatStamp(stats);
  return isOwnFile(stats) && isAsLeft && stats.size >= BigInt(endBytes);
}

/** A second name is that of the published file: a crash came between link and unlink. */
function isOwnFile(stats: BigIntStats): boolean {
  return stats.isFile() && stats.nlink === 1n;
}

async function lstatPart({ fileSystem }: Disk, { part }: TransferFolder): Promise<BigIntStats | null> {
  return fileSystem.lstat(part).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  });
}

async function dropForeignPart(disk: Disk, folder: TransferFolder): Promise<void> {
  const stats = await lstatPart(disk, folder);
  if (stats === null || stats.isDirectory() || isOwnFile(stats)) return;
  disk.log('info', `${folder.part} was a second name of another file; the name was removed.`);
  await disk.fileSystem.unlink(folder.part);
}

/** Removes what must not count later, durably, so that no power cut brings a part of it back. */
async function clearJournals({ fileSystem }: Disk, { dir }: TransferFolder): Promise<void> {
  const names = (await fileSystem.readdir(dir)).filter((name) => name.startsWith('journal.') && !isAside(name));
  for (const name of names) await fileSystem.unlink(join(dir, name)).catch(ignoreMissing);
  if (names.length > 0) await syncFolder(fileSystem, dir);
}

/** Kept for whoever wants to know what happened; one of them, the newest. */
async function moveCorruptAside(disk: Disk, folder: TransferFolder): Promise<void> {
  const { fileSystem } = disk;
  for (const path of [latestPath(folder), durablePath(folder)]) {
    if ((await readJournalFile(fileSystem, path)).type !== 'corrupt') continue;
    for (const name of (await fileSystem.readdir(folder.dir)).filter(isAside)) {
      await fileSystem.unlink(join(folder.dir, name)).catch(ignoreMissing);
    }
    const aside = join(folder.dir, `journal.corrupt-${disk.wallClockMs()}.json`);
    await fileSystem.rename(path, aside);
    disk.log('warn', `The journal ${path} is damaged; it was moved to ${aside} and does not count.`);
  }
}

function isAside(name: string): boolean {
  return name.startsWith('journal.corrupt-');
}

function ignoreMissing(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
