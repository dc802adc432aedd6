// One process at a time changes a list: reading, editing and replacing it must not mix with another's.
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FetchError } from '../assets/fetchError';
import { createDisk, type Disk } from '../engine/disk';
import { acquireLease, type Lease, type LeaseWait } from '../engine/lease';
import { discardTransfer, makeTransferFolder, type TransferFolder } from '../engine/transferFolder';

/**
 * Runs `change` while no other process changes the list `file` (absolute). The lock is a folder beside the list, gone
 * afterwards, with a lease in it: who was killed holding it is followed at once. Raises what `change` raises, `busy`,
 * `permissionDenied`, `diskFull`, `localIo`.
 */
export async function withListLock<T>(file: string, change: () => T): Promise<T> {
  const disk = createDisk(() => undefined);
  const folder = lockFolder(file);
  const lease = await lock(disk, folder);
  try {
    return change();
  } finally {
    await discardTransfer(disk, folder).catch(() => undefined);
    await lease.release();
  }
}

/** `.asset-fetch.json.lock` beside the list, or beside what a link to it leads to. */
function lockFolder(file: string): TransferFolder {
  const real = realPathOf(file);
  const dir = join(dirname(real), `.${basename(real)}.lock`);
  return { key: '', dir, part: join(dir, 'part') };
}

/** The list itself where `file` leads to it through links; `file` where there is none yet. */
export function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Whoever is done removes the folder under those who wait: then it is made anew. */
async function lock(disk: Disk, folder: TransferFolder): Promise<Lease> {
  const wait: LeaseWait = { signal: new AbortController().signal, onWaiting: () => undefined };
  for (;;) {
    try {
      await makeTransferFolder(disk, folder);
      return await acquireLease(disk, folder.dir, wait);
    } catch (error) {
      if (!(error instanceof FetchError) || error.details.reason !== 'ENOENT') throw error;
    }
  }
}
