// Where one transfer keeps its part file, journal and lease: its own folder below the state folder, named by what is fetched.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { Disk } from './disk';
import type { FileSystem } from './fileSystem';
import { errnoOf, translateLocalError } from './localError';

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
  // Joined: a folder made between two runs moves the border between root and path, and the transfer is still the same.
  const destination = join(root, path);
  const identity = isFolder ? [destination, urls[0] ?? ''] : [destination];
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

/**
 * Makes the folder, readable by its owner alone, with all above it. Raises `diskFull`, `permissionDenied`, `localIo`, and
 * `unsafePath` where a link is in its place.
 */
export async function makeTransferFolder({ fileSystem }: Disk, { dir }: TransferFolder): Promise<void> {
  try {
    await makeFolders(fileSystem, dir);
    await requireRealFolder(fileSystem, dir);
  } catch (error) {
    throw translateLocalError(error, 'prepare', dir);
  }
}

/**
 * Raises `permissionDenied` or `localIo`, naming the state folder, where nothing can be made in it, as far as that can be told
 * without making anything.
 */
export async function requireUsableState({ fileSystem }: Disk, { dir }: TransferFolder): Promise<void> {
  const stateDir = dirname(dirname(dir));
  for (let at = dirname(dir); ; at = dirname(at)) {
    try {
      await fileSystem.access(at, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      // Missing folders are made later, in the first one that is there.
      if (errnoOf(error) !== 'ENOENT' || at === dirname(at)) throw translateLocalError(error, 'write', stateDir);
    }
  }
}

/**
 * Removes a transfer's files and its folder. Only names that the engine makes are removed, links are never followed; what
 * others put there stays. The caller holds the lease, which is gone afterwards, or knows that nobody does.
 * Raises `permissionDenied`, `unsafePath`, `localIo`.
 */
export async function discardTransfer({ fileSystem }: Disk, { dir }: TransferFolder): Promise<void> {
  try {
    await requireRealFolder(fileSystem, dir);
    const names = (await fileSystem.readdir(dir)).filter((name) => OURS.test(name));
    // The lease goes last: until then nobody else starts in here.
    const inOrder = names.sort((a, b) => Number(a.startsWith('lease.')) - Number(b.startsWith('lease.')));
    for (const name of inOrder) await fileSystem.unlink(join(dir, name)).catch(ignore('ENOENT', 'EISDIR', 'EPERM'));
    await fileSystem.rmdir(dir).catch(ignore('ENOTEMPTY', 'EEXIST', 'EBUSY', 'EPERM'));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw translateLocalError(error, 'discard', dir);
  }
}

/**
 * Gives the part file a new inode with the same bytes, so that a process that lost its lease without noticing (it slept, it
 * hung) writes into the old one. Call it where `Lease.isFormerOwnerGone` is false, before opening the part file.
 * Raises `diskFull`, `permissionDenied`, `localIo`.
 */
export async function detachPart({ fileSystem }: Disk, { part }: TransferFolder): Promise<void> {
  const copy = `${part}.detached`;
  try {
    await fileSystem.unlink(copy).catch(ignore('ENOENT'));
    await fileSystem.cloneFile(part, copy);
    // The journal says of some ranges that they survive a power cut: that must be true of the copy as well.
    await flushFile(fileSystem, copy);
    await fileSystem.rename(copy, part);
  } catch (error) {
    await fileSystem.unlink(copy).catch(() => undefined);
    if (errnoOf(error) !== 'ENOENT') throw translateLocalError(error, 'write', part);
  }
}

/** Names that journal.ts, lease.ts and this file make. */
const OURS = /^(?:part|part\.detached|journal\.[\w.-]+|lease\.[\w.-]+)$/;

/** Makes a state folder, readable by its owner alone, with all above it. Errors are node's. */
export async function makeStateFolder({ fileSystem }: Disk, stateDir: string): Promise<void> {
  await makeFolders(fileSystem, stateDir);
}

async function makeFolders(fileSystem: FileSystem, dir: string): Promise<void> {
  try {
    await fileSystem.mkdir(dir, 0o700);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    const parent = dirname(dir);
    if (errnoOf(error) !== 'ENOENT' || parent === dir) throw error;
    await makeFolders(fileSystem, parent);
    await makeFolders(fileSystem, dir);
  }
}

/** A link in its place would let whoever planted it choose where our files are written and removed. */
async function requireRealFolder(fileSystem: FileSystem, dir: string): Promise<void> {
  const stats = await fileSystem.lstat(dir);
  if (stats.isDirectory()) return;
  throw new FetchError('unsafePath', `${dir} is not a folder. Remove it, then try again.`, { path: dir });
}

async function flushFile(fileSystem: FileSystem, path: string): Promise<void> {
  const handle = await fileSystem.open(path, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function ignore(...errnos: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!errnos.includes(errnoOf(error) ?? '')) throw error;
  };
}
