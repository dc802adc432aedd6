// Where one transfer keeps its part file, journal and lease: its own folder below the state folder, named by what is fetched.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { Disk } from './disk';

/** Absolute paths of a transfer's folder and of what lies in it. */
export interface TransferFolder {
  readonly key: string;
  readonly dir: string;
  readonly part: string;
}

/**
 * Names the transfer of a request, the same in every window and after every restart: 32 hex digits. Requests for one
 * destination share a key, so that two of them never write at once. In a folder the URL tells files apart.
 */
export function transferKey({ root, path, isFolder, urls }: FetchRequest): string {
  const identity = isFolder ? [root, path, urls[0] ?? ''] : [root, path];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
}

/** The paths of a transfer. Raises `invalidRequest` where the key, which may come from outside, is not one. */
export function transferFolder(stateDir: string, key: string): TransferFolder {
  if (!/^[0-9a-f]{32}$/.test(key))
    throw new FetchError('invalidRequest', 'There is no unfinished download of that key.');
  const dir = join(transfersDir(stateDir), key);
  return { key, dir, part: join(dir, 'part') };
}

/** The folder that holds all transfers' folders. */
export function transfersDir(stateDir: string): string {
  return join(stateDir, 'transfers');
}

/** Makes the folder, readable by its owner alone, with all above it. Raises `diskFull`, `permissionDenied`, `unsafePath`, `localIo`. */
export async function makeTransferFolder(disk: Disk, folder: TransferFolder): Promise<void> {
  throw new Error(`not yet: ${String(disk)} ${folder.dir}`);
}

/**
 * Removes a transfer's files and its folder. Only names that the engine makes are removed, links are never followed; what
 * others put there stays. The caller holds the lease, which is gone afterwards, or knows that nobody does.
 * Raises `permissionDenied`, `localIo`.
 */
export async function discardTransfer(disk: Disk, folder: TransferFolder): Promise<void> {
  throw new Error(`not yet: ${String(disk)} ${folder.dir}`);
}

/**
 * Gives the part file a new inode with the same bytes, so that a process that lost its lease without noticing (it slept, it
 * hung) writes into the old one. Call it where `Lease.isFormerOwnerGone` is false, before opening the part file.
 * Raises `diskFull`, `permissionDenied`, `localIo`.
 */
export async function detachPart(disk: Disk, folder: TransferFolder): Promise<void> {
  throw new Error(`not yet: ${String(disk)} ${folder.dir}`);
}
