// Looks at what lies where a list of assets wants files. Judging it is assets/syncPlan.ts.
import { lstatSync, realpathSync, type BigIntStats } from 'node:fs';
import * as path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HashAlgorithm, Integrity } from '../assets/integrity';
import type { DiskState, ListedAsset } from '../assets/syncPlan';
import { errnoOf, translateLocalError } from './localError';

/** Remembers which hashes a file was proven to have, for as long as its size, times and inode stay. */
export interface ProvenFiles {
  /** Hashes of the file at the absolute `file`; null where it was never proven or looks changed since. */
  find(file: string, stats: BigIntStats): readonly Integrity[] | null;
  remember(file: string, stats: BigIntStats, hashes: readonly Integrity[]): void;
}

export interface SurveyOptions {
  /** Absolute folder of the list. */
  readonly root: string;
  readonly provenFiles: ProvenFiles;
  /** Whether files are read even where they look unchanged since they were proven. */
  readonly isThorough: boolean;
  /** Computes hashes of a whole file. */
  readonly hash: (file: string, algorithms: readonly HashAlgorithm[], bytes: number) => Promise<readonly Integrity[]>;
  readonly signal?: AbortSignal;
}

/** So many entries are looked at before other work on this thread gets a turn: about a millisecond. */
const entriesPerTurn = 256;

/**
 * What is on disk for every entry. An entry that is unchanged costs one `lstat`; only files that were never proven, or
 * changed since, are read. Rejects with the signal's reason when aborted.
 * @throws FetchError `localIo`, `permissionDenied` for what cannot be looked at
 */
export async function surveyDisk<Asset extends ListedAsset>(
  assets: readonly Asset[],
  options: SurveyOptions,
): Promise<Map<Asset, DiskState>> {
  const parents = new ParentFolders(options.root);
  const states = new Map<Asset, DiskState>();
  for (const asset of assets) {
    states.set(asset, await surveyAsset(asset, parents, options));
    if (states.size % entriesPerTurn === 0) await nextTurn();
    options.signal?.throwIfAborted();
  }
  return states;
}

// Returns a plain value where it can: ten thousand promises would cost more than the disk does.
function surveyAsset(
  asset: ListedAsset,
  parents: ParentFolders,
  options: SurveyOptions,
): DiskState | Promise<DiskState> {
  const parentState = parents.judge(path.posix.dirname(asset.path));
  if (parentState !== null) return parentState;
  const file = path.join(options.root, asset.path);
  const stats = lookAt(file);
  if (stats === null) return { type: 'missing' };
  if (!stats.isFile()) return { type: 'blocked', by: nameKind(stats) };
  return surveyFile(asset, file, stats, options);
}

function surveyFile(
  { integrity, sizeBytes }: ListedAsset,
  file: string,
  stats: BigIntStats,
  { provenFiles, isThorough, hash }: SurveyOptions,
): DiskState | Promise<DiskState> {
  const bytes = Number(stats.size);
  if (integrity.length === 0) return { type: 'file', bytes, content: 'unknown' };
  const proven = isThorough ? null : provenFiles.find(file, stats);
  const hasWantedSize = sizeBytes === null || sizeBytes === bytes;
  if (proven !== null && canCompare(integrity, proven)) {
    return { type: 'file', bytes, content: hasWantedSize && holdsAll(integrity, proven) ? 'wanted' : 'ours' };
  }
  if (!hasWantedSize) return { type: 'file', bytes, content: proven === null ? 'unknown' : 'ours' };
  return readFile();

  async function readFile(): Promise<DiskState> {
    const algorithms = integrity.map(({ algorithm }) => algorithm);
    const hashes = await hash(file, algorithms, bytes);
    if (!holdsAll(integrity, hashes)) return { type: 'file', bytes, content: proven === null ? 'unknown' : 'ours' };
    provenFiles.remember(file, stats, hashes);
    return { type: 'file', bytes, content: 'wanted' };
  }
}

/** Whether every wanted algorithm is among the proven ones. */
function canCompare(wanted: readonly Integrity[], proven: readonly Integrity[]): boolean {
  return wanted.every(({ algorithm }) => proven.some((hash) => hash.algorithm === algorithm));
}

function holdsAll(wanted: readonly Integrity[], actual: readonly Integrity[]): boolean {
  return wanted.every(({ algorithm, digestHex }) =>
    actual.some((hash) => hash.algorithm === algorithm && hash.digestHex === digestHex),
  );
}

/** Null where nothing is there, dangling links included in what is. */
function lookAt(file: string): BigIntStats | null {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return null;
    throw translateLocalError(error, 'read', file);
  }
}

function nameKind(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder';
  return stats.isSymbolicLink() ? 'a symbolic link' : 'something other than a file';
}

/** Judges the folders that entries lie in, each once, from the root down. */
class ParentFolders {
  private readonly states = new Map<string, DiskState | null>([['.', null]]);
  private realRoot: string | null = null;

  constructor(private readonly root: string) {}

  /** Null for a folder inside the root; else the state of everything below it. `folder` is `/`-separated and relative. */
  judge(folder: string): DiskState | null {
    const known = this.states.get(folder);
    if (known !== undefined) return known;
    const state = this.judge(path.posix.dirname(folder)) ?? this.judgeOne(folder);
    this.states.set(folder, state);
    return state;
  }

  private judgeOne(folder: string): DiskState | null {
    const absolute = path.join(this.root, folder);
    const stats = lookAt(absolute);
    if (stats === null) return { type: 'missing' };
    if (stats.isDirectory()) return null;
    if (!stats.isSymbolicLink()) return { type: 'blocked', by: `a file in place of the folder ${folder}` };
    if (this.leadsOutside(absolute)) return { type: 'escapes', through: folder };
    return null;
  }

  /** A link that leads nowhere counts as leading outside: whoever makes its target decides where files land. */
  private leadsOutside(link: string): boolean {
    try {
      this.realRoot ??= realpathSync(this.root);
      const relative = path.relative(this.realRoot, realpathSync(link));
      return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
    } catch {
      return true;
    }
  }
}
