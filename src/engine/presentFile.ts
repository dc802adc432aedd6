// What is at the destination already: the wanted bytes, by their hashes, cost no request.
import { constants } from 'node:fs';
import { describeVerification, type HashAlgorithm } from '../assets/integrity';
import type { FetchRequest } from '../assets/request';
import type { Disk } from './disk';
import type { EngineContext } from './engineContext';
import { translateLocalError } from './localError';
import type { Destination } from './place';
import { openVerifiedCache, type Digests } from './verifiedCache';

export interface PresentFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly verifiedBy: string;
}

/** Looks at one destination for the wanted file, again after each wait for another process. */
export class PresenceLook {
  /** What stood there at the last look; null before the first. */
  private stamp: string | null = null;

  constructor(
    private readonly context: EngineContext,
    private readonly request: FetchRequest,
  ) {}

  /** @param isOthersRequest the process that was waited for fetched the same. Raises what `findPresent` raises. */
  async find(destination: Destination, isOthersRequest: boolean, signal: AbortSignal): Promise<PresentFile | null> {
    const before = this.stamp;
    this.stamp = await stampDestination(this.context.disk, destination);
    const hasChanged = before !== null && before !== this.stamp;
    const present = await findPresent(this.context, this.request, destination, signal);
    if (present || !hasChanged || !isOthersRequest) return present;
    return findJustPublished(this.context, this.request, destination);
  }
}

/**
 * The file at the destination where all given hashes hold for it, made executable where that is wanted; null where no hash is
 * given or one fails. Raises `localIo`, `permissionDenied`, and the signal's reason.
 */
async function findPresent(
  context: EngineContext,
  { integrity, isExecutable }: FetchRequest,
  { existing, path }: Destination,
  signal: AbortSignal,
): Promise<PresentFile | null> {
  if (existing !== 'file' || integrity.length === 0) return null;
  const { sizeBytes, digests } = await digestFile(
    context,
    path,
    integrity.map(({ algorithm }) => algorithm),
    signal,
  );
  if (integrity.some(({ algorithm, digestHex }) => digests[algorithm] !== digestHex)) return null;
  if (isExecutable) await makeExecutable(context.disk, path);
  return { path, bytes: sizeBytes, sha256: digests.sha256 ?? '', verifiedBy: describeVerification(integrity) };
}

/** Whoever may read the file may run it, as the umask has it. Does nothing where a right to run is there, or none exists. */
async function makeExecutable({ fileSystem, platform, umask }: Disk, path: string): Promise<void> {
  if (platform === 'win32') return;
  try {
    const file = await fileSystem.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const mode = Number((await file.stat()).mode) & 0o777;
      if ((mode & 0o111) === 0) await file.chmod(mode | (((mode & 0o444) >> 2) & ~umask));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw translateLocalError(error, 'publish', path);
  }
}

/** A file that may be there already, how its hash was verified here, and what ends the look. */
export interface SameFile {
  readonly path: string;
  readonly sha256: string;
  readonly verifiedBy: string;
  readonly signal: AbortSignal;
}

/** The file at the destination where it has this SHA-256: somebody else brought the same bytes meanwhile. */
export async function findSame(
  context: EngineContext,
  { path, sha256, verifiedBy, signal }: SameFile,
): Promise<PresentFile | null> {
  const { sizeBytes, digests } = await digestFile(context, path, [], signal);
  return digests.sha256 === sha256 ? { path, bytes: sizeBytes, sha256, verifiedBy } : null;
}

/** What stands at the destination: two stamps are the same where nothing was published there in between. */
async function stampDestination({ fileSystem }: Disk, { existing, path }: Destination): Promise<string> {
  const stats = existing === 'nothing' ? null : await fileSystem.lstat(path).catch(() => null);
  return stats === null ? 'nothing' : `${stats.dev} ${stats.ino} ${stats.ctimeNs}`;
}

/**
 * The file that another process has just published from the same URL, if it is still what that process recorded. Null where
 * the request asks for a proof that the other one need not have had.
 */
async function findJustPublished(
  { config, disk }: EngineContext,
  { checksumUrl, integrity, isExecutable, sizeBytes }: FetchRequest,
  { path }: Destination,
): Promise<PresentFile | null> {
  if (integrity.length > 0 || checksumUrl !== null) return null;
  const known = await (await openVerifiedCache(disk, config.stateDir)).lookup(path);
  const sha256 = known?.digests.sha256;
  if (!known || sha256 === undefined || (sizeBytes ?? known.sizeBytes) !== known.sizeBytes) return null;
  if (isExecutable) await makeExecutable(disk, path);
  return { path, bytes: known.sizeBytes, sha256, verifiedBy: 'size' };
}

async function digestFile(
  { disk, hasher, openCache }: EngineContext,
  path: string,
  wanted: readonly HashAlgorithm[],
  signal: AbortSignal,
): Promise<{ sizeBytes: number; digests: Digests }> {
  const cache = await openCache();
  const algorithms = [...new Set<HashAlgorithm>(['sha256', ...wanted])];
  const known = await cache.lookup(path);
  if (known && algorithms.every((algorithm) => known.digests[algorithm] !== undefined)) return known;
  const before = await cache.sight(path);
  const sizeBytes = Number((await disk.fileSystem.stat(path)).size);
  const { digests } = await hasher.start(path, algorithms).finish(sizeBytes, signal);
  await cache.record(path, digests, before);
  return { sizeBytes, digests };
}
