// Remembers which files were verified, as git's index does, so that an unchanged file costs a stat instead of a hash.
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { HashAlgorithm } from '../assets/integrity';
import type { Disk } from './disk';
import { translateLocalError } from './localError';
import { replaceFile } from './replaceFile';
import { timeResolutionNs } from './timeResolution';
import { makeStateFolder } from './transferFolder';
import { formatEntries, parseEntries, type Entries, type VerifiedEntry } from './verifiedEntries';

export type Digests = Readonly<Partial<Record<HashAlgorithm, string>>>;

/** A regular file as it looked before it was read. */
export interface Sighting {
  readonly stats: BigIntStats;
  /** Wall clock, nanoseconds since the epoch. */
  readonly seenAtNs: bigint;
}

/** Digests by absolute path. Several processes may share the file; the last to save wins on entries that both changed. */
export interface VerifiedCache {
  /** Digests of the regular file at `path` if it has not changed since they were recorded; else null. One lstat; never raises. */
  lookup(path: string): Promise<{ readonly digests: Digests; readonly sizeBytes: number } | null>;
  /** How the regular file at `path` looks, to be asked before it is hashed; null where there is none. Never raises. */
  sight(path: string): Promise<Sighting | null>;
  /** Remembers digests that were made after `before`; nothing where the file has changed since then. Never raises. */
  record(path: string, digests: Digests, before: Sighting | null): Promise<void>;
  /**
   * Remembers digests of a file that this process has just published, so that nobody had a reason to change it within the
   * resolution of its time; nothing where it is no longer that of `stats`. Never raises.
   */
  recordPublished(path: string, digests: Digests, stats: BigIntStats): Promise<void>;
  /** Saves what was recorded, if anything. Raises `diskFull`, `permissionDenied`, `localIo`. */
  save(): Promise<void>;
}

/** Above this the entries recorded first are dropped. */
const MOST_ENTRIES = 50_000;

/** Reads the cache of a state folder; a missing or corrupt one is empty. */
export async function openVerifiedCache(disk: Disk, stateDir: string): Promise<VerifiedCache> {
  const path = join(stateDir, 'verified.json');
  return new StatCache(disk, stateDir, path, await readEntries(disk, path));
}

class StatCache implements VerifiedCache {
  private readonly changed = new Map<string, VerifiedEntry>();

  constructor(
    private readonly disk: Disk,
    private readonly stateDir: string,
    private readonly path: string,
    private readonly entries: Entries,
  ) {}

  async lookup(path: string): Promise<{ digests: Digests; sizeBytes: number } | null> {
    const entry = this.entries.get(path);
    if (entry === undefined || isRacy(entry)) return null;
    const stats = await this.disk.fileSystem.lstat(path).catch(() => null);
    if (stats === null || !stats.isFile() || !isUnchanged(entry, stats)) return null;
    return { digests: entry.digests, sizeBytes: Number(stats.size) };
  }

  async sight(path: string): Promise<Sighting | null> {
    const seenAtNs = BigInt(this.disk.wallClockMs()) * 1_000_000n;
    const stats = await this.disk.fileSystem.lstat(path).catch(() => null);
    return stats?.isFile() ? { stats, seenAtNs } : null;
  }

  async record(path: string, digests: Digests, before: Sighting | null): Promise<void> {
    const now = await this.sight(path);
    if (before === null || now === null || !isSameContent(before.stats, now.stats)) return;
    if (before.stats.ctimeNs !== now.stats.ctimeNs) return;
    // A change within the resolution of the time would show only if it came after the sighting.
    this.put(path, makeEntry(now.stats, digests, before.seenAtNs));
  }

  async recordPublished(path: string, digests: Digests, stats: BigIntStats): Promise<void> {
    const now = await this.sight(path);
    // The change time is another since the file took its name.
    if (now === null || !isSameContent(stats, now.stats)) return;
    this.put(path, makeEntry(now.stats, digests, stats.mtimeNs + timeResolutionNs(stats.mtimeNs)));
  }

  private put(path: string, entry: VerifiedEntry): void {
    // Put last, so that the map stays in the order of recording.
    this.entries.delete(path);
    this.entries.set(path, entry);
    this.changed.set(path, entry);
  }

  /** Others may have saved since this cache was read: their entries are kept, ours come on top. */
  async save(): Promise<void> {
    if (this.changed.size === 0) return;
    const ours = [...this.changed];
    try {
      const merged = await readEntries(this.disk, this.path);
      for (const [path, entry] of ours) {
        merged.delete(path);
        merged.set(path, entry);
      }
      await makeStateFolder(this.disk, this.stateDir);
      await replaceFile(this.disk.fileSystem, this.path, formatEntries([...merged].slice(-MOST_ENTRIES)), false);
    } catch (error) {
      throw translateLocalError(error, 'save', this.path);
    }
    for (const [path, entry] of ours) if (this.changed.get(path) === entry) this.changed.delete(path);
  }
}

async function readEntries({ fileSystem, log }: Disk, path: string): Promise<Entries> {
  const bytes = await fileSystem.readFile(path).catch(() => null);
  if (bytes === null) return new Map();
  const entries = parseEntries(bytes.toString('utf8'));
  if (entries === null)
    log('info', `${path} is damaged or of another version and does not count; files are hashed anew.`);
  return entries ?? new Map();
}

function makeEntry(
  { size, mtimeNs, ctimeNs, ino }: BigIntStats,
  digests: Digests,
  recordedAtNs: bigint,
): VerifiedEntry {
  return {
    size: String(size),
    mtimeNs: String(mtimeNs),
    ctimeNs: String(ctimeNs),
    ino: String(ino),
    recordedAtNs: String(recordedAtNs),
    digests,
  };
}

/** The same file, not written to, as far as its times tell. */
function isSameContent(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

function isUnchanged(entry: VerifiedEntry, { size, mtimeNs, ctimeNs, ino }: BigIntStats): boolean {
  // The change time, too: whoever sets a modification time back cannot set that one back.
  return (
    entry.size === String(size) &&
    entry.mtimeNs === String(mtimeNs) &&
    entry.ctimeNs === String(ctimeNs) &&
    entry.ino === String(ino)
  );
}

/** Also for files from the future, whose next change may well bear the same time. */
function isRacy({ mtimeNs, recordedAtNs }: VerifiedEntry): boolean {
  const modifiedNs = BigInt(mtimeNs);
  return BigInt(recordedAtNs) - modifiedNs < timeResolutionNs(modifiedNs);
}
