// Remembers which files were verified, as git's index does, so that an unchanged file costs a stat instead of a hash.
import type { HashAlgorithm } from '../assets/integrity';
import type { Disk } from './disk';

export type Digests = Readonly<Partial<Record<HashAlgorithm, string>>>;

/** Digests by absolute path. Several processes may share the file; the last to save wins on entries that both changed. */
export interface VerifiedCache {
  /** Digests of the regular file at `path` if it has not changed since they were recorded; else null. One lstat; never raises. */
  lookup(path: string): Promise<{ readonly digests: Digests; readonly sizeBytes: number } | null>;
  /** Remembers digests of the file as it is now: call it right after hashing or publishing. Never raises. */
  record(path: string, digests: Digests): Promise<void>;
  /** Saves what was recorded, if anything. Raises `diskFull`, `permissionDenied`, `localIo`. */
  save(): Promise<void>;
}

/** Reads the cache of a state folder; a missing or corrupt one is empty. */
export async function openVerifiedCache(disk: Disk, stateDir: string): Promise<VerifiedCache> {
  throw new Error(`not yet: ${String(disk)} ${stateDir}`);
}
