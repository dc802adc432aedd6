// Whether a file will fit, asked before the first byte. Advisory: others write too, so a full disk midway is handled all the same.
import { dirname } from 'node:path';
import { FetchError } from '../assets/fetchError';
import type { Disk } from './disk';
import type { FileSystem } from './fileSystem';
import { errnoOf, translateLocalError } from './localError';
import type { Place } from './place';

/** Journals and the file system's own tables need room too: 64 KiB and a sixteenth of the file, at most 4 MiB. */
const LEAST_MARGIN_BYTES = 64n * 1024n;
const MARGIN_SHARE = 16n;
const MOST_MARGIN_BYTES = 4n * 1024n * 1024n;

/** MSDOS_SUPER_MAGIC of statfs(2); its sizes have 32 bits. */
const FAT_MAGIC = 0x4d44n;
const LARGEST_ON_FAT_BYTES = 2 ** 32 - 1;

/**
 * Checks the device of the state folder for what is still to come, and the destination's, where it is another one, for the whole
 * file. Raises `diskFull` with `neededBytes` and `availableBytes`, `localIo` where a folder is gone or the file is larger than
 * its file system stores, as far as that can be told now.
 */
export async function checkSpace(
  disk: Disk,
  stateDir: string,
  place: Place,
  size: { readonly totalBytes: number; readonly keptBytes: number },
): Promise<void> {
  const folder = existingFolder(place);
  for (const dir of [stateDir, folder]) await checkLargestFile(disk, dir, size.totalBytes);
  await checkFreeSpace(disk, stateDir, size.totalBytes - size.keptBytes);
  if (!(await areOnOneDevice(disk.fileSystem, stateDir, folder))) await checkFreeSpace(disk, folder, size.totalBytes);
}

/** Raises `diskFull` where fewer than `neededBytes` and a margin are free on the device of the existing folder `dir`. */
export async function checkFreeSpace({ fileSystem }: Disk, dir: string, neededBytes: number): Promise<void> {
  if (neededBytes <= 0) return;
  const freeBytes = await readFreeBytes(fileSystem, dir);
  if (freeBytes === null || freeBytes >= BigInt(neededBytes) + marginOf(BigInt(neededBytes))) return;
  const availableBytes = Number(freeBytes);
  const message = `The disk of ${dir} has ${availableBytes} bytes free, and the file needs ${neededBytes} more. Free some space, then try again.`;
  throw new FetchError('diskFull', message, { path: dir, neededBytes, availableBytes });
}

/** Linux names FAT in statfs(2); elsewhere writing the byte after the last tells, with EFBIG. */
async function checkLargestFile({ fileSystem }: Disk, dir: string, totalBytes: number): Promise<void> {
  if (totalBytes <= LARGEST_ON_FAT_BYTES) return;
  const type = await fileSystem.statfs(dir).then(
    (stats) => stats.type,
    () => null,
  );
  if (type === FAT_MAGIC) throw translateLocalError(Object.assign(new Error('FAT'), { code: 'EFBIG' }), 'prepare', dir);
}

function marginOf(neededBytes: bigint): bigint {
  const margin = LEAST_MARGIN_BYTES + neededBytes / MARGIN_SHARE;
  return margin < MOST_MARGIN_BYTES ? margin : MOST_MARGIN_BYTES;
}

/** Bytes that this user may still take; null where the file system does not say (some network and FUSE drives report zeros). */
async function readFreeBytes(fileSystem: FileSystem, dir: string): Promise<bigint | null> {
  try {
    const { bavail, blocks, bsize } = await fileSystem.statfs(dir);
    return blocks === 0n || bsize === 0n ? null : bavail * bsize;
  } catch (error) {
    if (errnoOf(error) === 'ENOSYS' || errnoOf(error) === 'ENOTSUP') return null;
    throw translateLocalError(error, 'prepare', dir);
  }
}

async function areOnOneDevice(fileSystem: FileSystem, a: string, b: string): Promise<boolean> {
  try {
    const [statsA, statsB] = await Promise.all([fileSystem.stat(a), fileSystem.stat(b)]);
    return statsA.dev === statsB.dev;
  } catch (error) {
    throw translateLocalError(error, 'prepare', b);
  }
}

function existingFolder({ folder, missingFolders }: Place): string {
  const outermost = missingFolders[0];
  return outermost === undefined ? folder : dirname(outermost);
}
