// Hashes of files that are on disk already: what was verified before, and computing the rest. For sync, verify and add.
import { join } from 'node:path';
import type { HashAlgorithm } from '../assets/integrity';
import type { DiskState, ListedAsset } from '../assets/syncPlan';
import { createDisk } from '../engine/disk';
import { surveyDisk } from '../engine/diskSurvey';
import { Hasher } from '../engine/hasher';
import { openVerifiedCache, type Digests } from '../engine/verifiedCache';

/** Looks at files, and remembers what it found. Dispose it, which ends its hash thread. */
export interface FileProofs {
  /** What is on disk for every entry; see engine/diskSurvey.ts. What was verified is saved for the next run. */
  survey<Asset extends ListedAsset>(
    assets: readonly Asset[],
    root: string,
    choice: { readonly isThorough: boolean; readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<Asset, DiskState>>;
  dispose(): Promise<void>;
}

/** Proofs that are kept in a state folder. */
export async function openFileProofs(stateDir: string): Promise<FileProofs> {
  // A cache that cannot be read or written costs time, never a proof: nothing to tell anybody.
  const verifiedCache = await openVerifiedCache(
    createDisk(() => undefined),
    stateDir,
  );
  const hasher = new Hasher(join(__dirname, 'hashThread.js'));
  const hash = async (file: string, algorithms: readonly HashAlgorithm[], bytes: number): Promise<Digests> =>
    (await hasher.start(file, algorithms).finish(bytes)).digests;
  return {
    survey: async (assets, root, choice) => {
      const states = await surveyDisk(assets, { root, verifiedCache, hash, ...choice });
      await verifiedCache.save().catch(() => undefined);
      return states;
    },
    dispose: () => hasher.dispose(),
  };
}
