// One process at a time changes a list: reading, editing and replacing it must not mix with another's.
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createDisk } from '../engine/disk';
import { leaseFolder } from '../engine/folderHold';
import { discardTransfer, type TransferFolder } from '../engine/transferFolder';

/**
 * Runs `change` while no other process changes the list `file` (absolute). The lock is a folder beside the list, gone
 * afterwards, with a lease in it: who was killed holding it is followed at once. Raises what `change` raises, `busy`,
 * `permissionDenied`, `diskFull`, `localIo`.
 */
export async function withListLock<T>(file: string, change: () => T): Promise<T> {
  const disk = createDisk(() => undefined);
  const folder = lockFolder(file);
  const wait = { signal: new AbortController().signal, onWaiting: () => undefined };
  const lease = await leaseFolder(disk, folder, wait);
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
