// A verified part file becomes the destination, atomically: by rename or link, or through a hidden sibling from another device.
import { constants, type BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import { FetchError } from '../assets/fetchError';
import { numberedName } from '../assets/fileName';
import type { OverwritePolicy } from '../assets/request';
import { copyBeside, stageBytes, sweepSiblings, writeBeside } from './copyBeside';
import type { Disk } from './disk';
import type { FileProof } from './fileDigest';
import type { FileHandle } from './fileSystem';
import { prepareFolder } from './folderChain';
import { syncFolder } from './folderSync';
import { errnoOf, translateLocalError } from './localError';
import { moveNoClobber } from './noClobber';
import { markOrigin } from './originMark';
import { requireProven } from './partProof';
import { requireFree, type Destination } from './place';
import { retryWhileHeld } from './retryWhileHeld';
import type { TransferFolder } from './transferFolder';

export interface Publication {
  readonly folder: TransferFolder;
  readonly destination: Destination;
  readonly overwrite: OverwritePolicy;
  readonly isExecutable: boolean;
  /** What was verified. The part file must still be that file, or hash to the same digests. */
  readonly proof: FileProof;
  /** Where it came from, for the mark of the web; its query and userinfo are left out. */
  readonly url: string;
  /** Ends a copy to another device and waits for Windows to let go. */
  readonly signal: AbortSignal;
}

/** A file in its place. */
export interface Published {
  /** Absolute; with `keepBoth` it may end in `name (2).ext`. */
  readonly path: string;
  /** Of the proven file right before it took its name, which changes the change time alone. */
  readonly stats: BigIntStats;
}

/** With `keepBoth`, give up after so many numbered names. */
const MOST_NAMES = 10_000;

/**
 * Publishes. The part file is gone afterwards; journal and lease are the caller's. On any failure what was at the destination is untouched, the part file is
 * kept, and nothing else is left behind.
 * Order (power cuts): part file flushed, proof checked, folder checked, rename, folder flushed.
 * Raises `destinationExists`, `diskFull`, `permissionDenied`, `unsafePath`, `localIo`, `cancelled`, and `integrityMismatch` where the
 * part file is no longer what was verified.
 */
export async function publish(disk: Disk, publication: Publication): Promise<Published> {
  const { destination, folder } = publication;
  const part = await openPart(disk, folder.part);
  try {
    await flush(part, folder.part);
    await requireProven(part, folder.part, publication.proof, publication.signal);
    const made = await prepareFolder(disk, destination.place);
    try {
      const published = await place(disk, publication, part);
      await syncFolders(disk, destination);
      return published;
    } catch (error) {
      await made.undo();
      throw error;
    }
  } finally {
    await part.close().catch(() => undefined);
  }
}

export interface BytesPublication extends Omit<Publication, 'folder' | 'proof'> {
  /** Verified, all of them. */
  readonly bytes: Buffer;
  /** Names the hidden sibling, as the transfer's key does for part files. */
  readonly key: string;
}

/**
 * Publishes verified bytes that never were in a part file: staged in the state folder and flushed there before they take the
 * name. The destination folder's own flush is left to the system: a power cut may lose the name, never show other bytes.
 * Raises what `publish` raises.
 */
export async function publishBytes(disk: Disk, stateDir: string, publication: BytesPublication): Promise<Published> {
  const { bytes, destination, key } = publication;
  const mode = (publication.isExecutable ? 0o755 : 0o644) & ~disk.umask;
  const made = await prepareFolder(disk, destination.place);
  try {
    try {
      return await moveStaged(disk, publication, await stageBytes(disk, stateDir, bytes, { key, mode }));
    } catch (error) {
      if (errnoOf(error) !== 'EXDEV') throw error;
      return await moveStaged(disk, publication, await writeBeside(disk, bytes, { destination, key, mode }));
    }
  } catch (error) {
    await made.undo();
    throw translateLocalError(error, 'publish', destination.path);
  }
}

/** Errors are node's, `destinationExists` apart. */
async function moveStaged(disk: Disk, publication: BytesPublication, staged: string): Promise<Published> {
  try {
    await markOrigin(disk, staged, publication.url);
    const stats = await disk.fileSystem.lstat(staged);
    return { path: await moveInto(disk, publication, staged), stats };
  } catch (error) {
    await disk.fileSystem.unlink(staged).catch(() => undefined);
    throw error;
  }
}

async function openPart({ fileSystem }: Disk, path: string): Promise<FileHandle> {
  try {
    return await fileSystem.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    throw translateLocalError(error, 'read', path);
  }
}

async function flush(part: FileHandle, path: string): Promise<void> {
  await part.datasync().catch((error: unknown) => {
    throw translateLocalError(error, 'flush', path);
  });
}

/** By rename where the device is the same, else by a copy beside the destination. */
async function place(disk: Disk, publication: Publication, part: FileHandle): Promise<Published> {
  const { folder, destination, proof, url } = publication;
  const mode = (publication.isExecutable ? 0o755 : 0o644) & ~disk.umask;
  try {
    await setMode(part, mode);
    await markOrigin(disk, folder.part, url);
    const stats = await part.stat();
    const path = await moveInto(disk, publication, folder.part);
    await requireSameFile(disk, path, stats);
    return { path, stats };
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw translateLocalError(error, 'publish', destination.path);
  }
  await sweepSiblings(disk, destination, folder.key);
  const sibling = await copyBeside(disk, part, {
    destination,
    key: folder.key,
    proof,
    mode,
    signal: publication.signal,
  });
  try {
    await markOrigin(disk, sibling, url);
    const stats = await disk.fileSystem.lstat(sibling);
    const path = await moveInto(disk, publication, sibling);
    await disk.fileSystem.unlink(folder.part).catch(() => undefined);
    return { path, stats };
  } catch (error) {
    await disk.fileSystem.unlink(sibling).catch(() => undefined);
    throw translateLocalError(error, 'publish', destination.path);
  }
}

/** Set before the file appears under its name; setuid bits are never among them. File systems without modes refuse. */
async function setMode(file: FileHandle, mode: number): Promise<void> {
  await file.chmod(mode).catch((error: unknown) => {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL'].includes(errnoOf(error) ?? '')) throw error;
  });
}

/** Errors are node's, `destinationExists` apart. A link at the destination is itself replaced, never followed. */
async function moveInto(
  disk: Disk,
  { destination, overwrite, signal }: Pick<Publication, 'destination' | 'overwrite' | 'signal'>,
  from: string,
): Promise<string> {
  const { fileSystem } = disk;
  const { place: at, name, path } = destination;
  if (overwrite === 'replace') {
    await retryWhileHeld(disk, signal, () => fileSystem.rename(from, path));
    return path;
  }
  for (let n = 1; n <= MOST_NAMES; n += 1) {
    const target = n === 1 ? path : join(at.folder, numberedName(name, n));
    try {
      await retryWhileHeld(disk, signal, () => moveNoClobber(fileSystem, from, target));
      return target;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      requireFree({ ...destination, existing: 'file' }, overwrite);
    }
  }
  throw new FetchError('destinationExists', `There are ${MOST_NAMES} files like ${path}. Choose another name.`, {
    path,
  });
}

/**
 * The name that was moved could have been given to another file since the check; then that file must not stay published. What
 * cannot be looked at any more is left: a failure now would deny a file that is in place.
 */
async function requireSameFile({ fileSystem }: Disk, path: string, proven: BigIntStats): Promise<void> {
  const published = await fileSystem.lstat(path).catch(() => null);
  if (published === null || (published.dev === proven.dev && published.ino === proven.ino)) return;
  await fileSystem.unlink(path).catch(() => undefined);
  const message = `The downloaded file was exchanged while it was moved to ${path}, and was removed. Try again.`;
  throw new FetchError('integrityMismatch', message, { path });
}

/** The file is published by now: what can't be flushed is merely not power-safe yet, which is no reason to report a failure. */
async function syncFolders(disk: Disk, { place: at }: Destination): Promise<void> {
  for (const dir of [at.folder, ...at.missingFolders.map((made) => dirname(made))]) {
    await syncFolder(disk.fileSystem, dir).catch((error: unknown) => {
      disk.log('warn', `${dir} could not be flushed: ${errnoOf(error) ?? 'unknown error'}.`);
    });
  }
}
