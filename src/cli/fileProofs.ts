// Hashes of files that are on disk already: what was verified before, and computing the rest. For sync and verify.
import { join } from 'node:path';
import type { HashAlgorithm } from '../assets/integrity';
import type { DiskState, ListedAsset } from '../assets/syncPlan';
import { createDisk } from '../engine/disk';
import { surveyDisk } from '../engine/diskSurvey';
import { Hasher } from '../engine/hasher';
import { openVerifiedCache, type Digests } from '../engine/verifiedCache';

export interface FileSurvey {
  /** Absolute folder of the list. */
  readonly root: string;
  /** Where verified hashes are kept from run to run. */
  readonly stateDir: string;
  /** Whether files are read even where they look unchanged since they were verified. */
  readonly isThorough: boolean;
  readonly signal?: AbortSignal;
}

/** What is on disk for every entry; see engine/diskSurvey.ts. What was verified is saved for the next run, when aborted too. */
export async function surveyFiles<Asset extends ListedAsset>(
  assets: readonly Asset[],
  { stateDir, ...survey }: FileSurvey,
): Promise<ReadonlyMap<Asset, DiskState>> {
  // A cache that cannot be read or written costs time, never a proof: nothing to tell anybody.
  const disk = createDisk(() => undefined);
  const verifiedCache = await openVerifiedCache(disk, stateDir);
  const hasher = new Hasher(join(__dirname, 'hashThread.js'));
  const hash = async (file: string, algorithms: readonly HashAlgorithm[], bytes: number): Promise<Digests> =>
    (await hasher.start(file, algorithms).finish(bytes, survey.signal)).digests;
  try {
    return await surveyDisk(assets, { ...survey, verifiedCache, hash });
  } finally {
    await verifiedCache.save().catch(() => undefined);
    await hasher.dispose();
  }
}
