// Looks at what lies where a list of assets wants files. Judging it is assets/syncPlan.ts.
import { lstatSync, realpathSync, type Stats } from 'node:fs';
import * as path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toPlainError } from '../assets/fetchError';
import { isInside } from '../assets/insidePath';
import type { HashAlgorithm } from '../assets/integrity';
import { isSensitiveFolder } from '../assets/sensitivePath';
import type { DiskState, ListedAsset } from '../assets/syncPlan';
import { errnoOf, translateLocalError } from './localError';
import type { Digests, VerifiedCache } from './verifiedCache';

export interface SurveyOptions {
  /** Absolute folder of the list. */
  readonly root: string;
  /** Files found to hold their hashes are recorded in it; the caller saves it. */
  readonly verifiedCache: Pick<VerifiedCache, 'lookup' | 'sight' | 'record'>;
  /** Whether files are read even where they look unchanged since they were verified. */
  readonly isThorough: boolean;
  /** Computes hashes of the first `bytes` of a file; ends with the signal's reason. */
  readonly hash: (file: string, algorithms: readonly HashAlgorithm[], bytes: number) => Promise<Digests>;
  readonly signal?: AbortSignal;
}

/** Entries looked at side by side: keeps the thread pool busy, and far from any limit on open files. */
const entriesAtOnce = 64;

/**
 * What is on disk for every entry. An entry that is unchanged costs one `lstat`; only files that were never verified, or
 * changed since, are read. Rejects with the signal's reason when aborted.
 */
export async function surveyDisk<Asset extends ListedAsset>(
  assets: readonly Asset[],
  options: SurveyOptions,
): Promise<Map<Asset, DiskState>> {
  const parents = new ParentFolders(options.root);
  const states = new Map<Asset, DiskState>();
  const queue = assets.values();
  const work = async (): Promise<void> => {
    for (const asset of queue) {
      // Without a turn of the event loop nothing that aborts the signal gets a chance.
      await nextTurn();
      options.signal?.throwIfAborted();
      states.set(asset, await surveyOne(asset, parents, options));
    }
  };
  await Promise.all(Array.from({ length: entriesAtOnce }, work));
  options.signal?.throwIfAborted();
  return states;
}

/** One entry that cannot be looked at says nothing of the others. */
async function surveyOne(asset: ListedAsset, parents: ParentFolders, options: SurveyOptions): Promise<DiskState> {
  try {
    const found = parents.judge(path.posix.dirname(asset.path)) ?? (await surveyEntry(asset, options));
    return await judgeRightToRun(asset, found, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const failure = translateLocalError(error, 'read', path.join(options.root, asset.path));
    if (failure.code === 'engineCrashed') throw error;
    return { type: 'unreadable', error: toPlainError(failure) };
  }
}

async function surveyEntry(asset: ListedAsset, options: SurveyOptions): Promise<DiskState> {
  const file = path.join(options.root, asset.path);
  const verified = asset.integrity.length === 0 ? null : await options.verifiedCache.lookup(file);
  if (verified === null) return surveyUnverified(asset, file, options);
  const { digests, sizeBytes: bytes } = verified;
  const isComparable = asset.integrity.every(({ algorithm }) => digests[algorithm] !== undefined);
  const isToBeRead = options.isThorough || (!isComparable && hasWantedSize(asset, bytes));
  if (isToBeRead) return readFile(asset, file, bytes, options, 'ours');
  return { type: 'file', bytes, content: hasWantedSize(asset, bytes) && holdsAll(asset, digests) ? 'wanted' : 'ours' };
}

/** Notes where only the right to run the file is missing, on systems with such rights: by its hashes it is found again. */
async function judgeRightToRun(asset: ListedAsset, found: DiskState, options: SurveyOptions): Promise<DiskState> {
  if (!asset.isExecutable || process.platform === 'win32' || found.type !== 'file') return found;
  const { integrity } = asset;
  const isAsListed = integrity.length === 0 ? hasWantedSize(asset, found.bytes) : found.content === 'wanted';
  const file = path.join(options.root, asset.path);
  if (!isAsListed || ((lookAt(file)?.mode ?? 0) & 0o111) !== 0) return found;
  if (integrity.length > 0) return { ...found, notRunnable: integrity };
  const { sha256 = '' } = await options.hash(file, ['sha256'], found.bytes);
  return { ...found, notRunnable: [{ algorithm: 'sha256', digestHex: sha256 }] };
}

/** An entry without a hash, or a file that was never verified or changed since. */
async function surveyUnverified(asset: ListedAsset, file: string, options: SurveyOptions): Promise<DiskState> {
  const stats = lookAt(file);
  if (stats === null) return { type: 'missing' };
  if (!stats.isFile()) return { type: 'blocked', by: nameKind(stats) };
  const isSettled = asset.integrity.length === 0 || !hasWantedSize(asset, stats.size);
  if (isSettled) return { type: 'file', bytes: stats.size, content: 'unknown' };
  return readFile(asset, file, stats.size, options, 'unknown');
}

/**
 * Reads the file; `otherwise` is what it holds where its hashes are others than wanted. A file of ours that rotted under the
 * same stats is remembered as it is now, so that it does not pass for verified any more.
 */
async function readFile(
  asset: ListedAsset,
  file: string,
  bytes: number,
  { hash, verifiedCache }: SurveyOptions,
  otherwise: 'ours' | 'unknown',
): Promise<DiskState> {
  const before = await verifiedCache.sight(file);
  const digests = await hash(file, [...new Set(asset.integrity.map(({ algorithm }) => algorithm))], bytes);
  const isWanted = holdsAll(asset, digests);
  if (isWanted || otherwise === 'ours') await verifiedCache.record(file, digests, before);
  return { type: 'file', bytes, content: isWanted ? 'wanted' : otherwise };
}

function hasWantedSize({ sizeBytes }: ListedAsset, bytes: number): boolean {
  return sizeBytes === null || sizeBytes === bytes;
}

function holdsAll({ integrity }: ListedAsset, digests: Digests): boolean {
  return integrity.every(({ algorithm, digestHex }) => digests[algorithm] === digestHex);
}

/** Null where nothing is there, dangling links included in what is. */
function lookAt(file: string): Stats | null {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return null;
    throw translateLocalError(error, 'read', file);
  }
}

function nameKind(stats: Stats): string {
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
    const leadsTo = this.judgeLink(absolute, folder);
    return leadsTo === null ? null : { type: 'escapes', through: folder, leadsTo };
  }

  /**
   * Null for a link to a folder inside the root that nobody need consent to, or not more than to the link itself. One that leads
   * nowhere counts as leading outside: whoever makes its target decides where files land.
   */
  private judgeLink(link: string, folder: string): 'outside' | 'sensitivePlace' | null {
    try {
      this.realRoot ??= realpathSync(this.root);
      const target = realpathSync(link);
      if (!isInside(this.realRoot, target)) return 'outside';
      const isSensitive = isSensitiveFolder(path.relative(this.realRoot, target));
      return isSensitive && !isSensitiveFolder(folder) ? 'sensitivePlace' : null;
    } catch {
      return 'outside';
    }
  }
}
