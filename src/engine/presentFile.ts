// What is at the destination already: the wanted bytes, by their hashes, cost no request.
import { describeVerification, type HashAlgorithm } from '../assets/integrity';
import type { FetchRequest } from '../assets/request';
import type { EngineContext } from './engineContext';
import type { Destination } from './place';
import { openVerifiedCache, type Digests } from './verifiedCache';

export interface PresentFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly verifiedBy: string;
}

/** The file at the destination where all given hashes hold for it; null where none is given or one fails. Raises `localIo`. */
export async function findPresent(
  context: EngineContext,
  { integrity }: FetchRequest,
  { existing, path }: Destination,
): Promise<PresentFile | null> {
  if (existing !== 'file' || integrity.length === 0) return null;
  const { sizeBytes, digests } = await digestFile(
    context,
    path,
    integrity.map(({ algorithm }) => algorithm),
  );
  if (integrity.some(({ algorithm, digestHex }) => digests[algorithm] !== digestHex)) return null;
  return { path, bytes: sizeBytes, sha256: digests.sha256 ?? '', verifiedBy: describeVerification(integrity) };
}

/** The file at the destination where it has this SHA-256: somebody else brought the same bytes meanwhile. */
export async function findSame(
  context: EngineContext,
  path: string,
  sha256: string,
  verifiedBy: string,
): Promise<PresentFile | null> {
  const { sizeBytes, digests } = await digestFile(context, path, []);
  return digests.sha256 === sha256 ? { path, bytes: sizeBytes, sha256, verifiedBy } : null;
}

/** The file that another process has just published, if it is still what that process recorded. */
export async function findJustPublished(
  { config, disk }: EngineContext,
  { path }: Destination,
): Promise<PresentFile | null> {
  const known = await (await openVerifiedCache(disk, config.stateDir)).lookup(path);
  const sha256 = known?.digests.sha256;
  return known && sha256 !== undefined ? { path, bytes: known.sizeBytes, sha256, verifiedBy: 'size' } : null;
}

async function digestFile(
  { disk, hasher, openCache }: EngineContext,
  path: string,
  wanted: readonly HashAlgorithm[],
): Promise<{ sizeBytes: number; digests: Digests }> {
  const cache = await openCache();
  const algorithms = [...new Set<HashAlgorithm>(['sha256', ...wanted])];
  const known = await cache.lookup(path);
  if (known && algorithms.every((algorithm) => known.digests[algorithm] !== undefined)) return known;
  const sizeBytes = Number((await disk.fileSystem.stat(path)).size);
  const { digests } = await hasher.start(path, algorithms).finish(sizeBytes);
  await cache.record(path, digests);
  return { sizeBytes, digests };
}
