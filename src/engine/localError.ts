// Errors of the local disk, translated once: errno and what was being done become a FetchError that names the path and the
// next step. Errors of the network are networkErrors.ts's.
import { FetchError, asFetchError, type FetchErrorCode } from '../assets/fetchError';

/** What was being done. `read` and `verify` concern the source of bytes, the others their target. */
export type LocalPhase = 'prepare' | 'read' | 'write' | 'flush' | 'verify' | 'copy' | 'publish' | 'save' | 'discard';

/** errno of a system call's error (`ENOSPC`), or null where it is not one. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}

/**
 * A disk error as a FetchError: `diskFull`, `permissionDenied`, `unsafePath` or `localIo`, with `details.path` and
 * `details.reason`. FetchErrors pass unchanged; what has no errno is a defect and becomes `engineCrashed`.
 */
export function translateLocalError(error: unknown, phase: LocalPhase, path: string): FetchError {
  const errno = errnoOf(error);
  if (errno === null) return asFetchError(error);
  const [code, what] = meaningOf(errno, phase);
  const message = `${ATTEMPTS[phase]} ${path} failed: ${what}`;
  return new FetchError(code, message, { path, reason: errno }, { cause: error });
}

/** Begins the sentence; the path follows. */
const ATTEMPTS: Readonly<Record<LocalPhase, string>> = {
  prepare: 'Preparing',
  read: 'Reading',
  write: 'Writing',
  flush: 'Flushing',
  verify: 'Reading back',
  copy: 'Copying to',
  publish: 'Moving the file to',
  save: 'Saving',
  discard: 'Removing',
};

type Meaning = readonly [code: FetchErrorCode, what: string];

const FULL = 'Free some space and try again.';
const DENIED = 'Check who may write there, or choose another folder.';

const READ_DENIED = 'permission is denied. Check who may read it.';

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: ['diskFull', `the disk is full. ${FULL}`],
  EDQUOT: ['diskFull', `the disk quota is used up. ${FULL}`],
  EACCES: ['permissionDenied', `permission is denied. ${DENIED}`],
  EPERM: ['permissionDenied', `the system does not permit it. ${DENIED}`],
  EROFS: ['permissionDenied', 'the file system is read-only. Choose another folder.'],
  EFBIG: ['localIo', 'the file is larger than this file system stores. Choose a folder on another one.'],
  EIO: ['localIo', 'the device reported an error. Check the disk or the connection to it, then try again.'],
  EMFILE: ['localIo', 'too many files are open. Close some programs, or fetch fewer files at once.'],
  ENFILE: ['localIo', 'too many files are open. Close some programs, or fetch fewer files at once.'],
  ENOENT: ['localIo', 'the file or its folder is gone. Restore the folder, then try again.'],
  ENODEV: ['localIo', 'the device is gone. Connect it again, then try again.'],
  ENXIO: ['localIo', 'the device is gone. Connect it again, then try again.'],
  ESTALE: ['localIo', 'the network drive lost it. Reopen the folder, then try again.'],
  ETIMEDOUT: ['localIo', 'the network drive does not answer. Check the connection to it, then try again.'],
  EBUSY: ['localIo', 'another program holds it. Close that program, then try again.'],
  ETXTBSY: ['localIo', 'the file there is running. Stop that program, then try again.'],
  EXDEV: ['localIo', 'it is on another device.'],
  ENAMETOOLONG: ['unsafePath', 'the name is too long for this file system. Choose a shorter one.'],
  EINVAL: ['unsafePath', 'this file system does not take the name. Choose another one.'],
  EILSEQ: ['unsafePath', 'this file system does not take the name. Choose another one.'],
  ELOOP: ['unsafePath', 'a symbolic link is in its place. Remove the link, or choose another path.'],
  ENOTDIR: ['unsafePath', 'a part of the path is a file, not a folder. Choose another path.'],
  EISDIR: ['destinationExists', 'there is a folder of that name. Choose another name.'],
  ENOTEMPTY: ['destinationExists', 'there is a folder of that name. Choose another name.'],
  EEXIST: ['destinationExists', 'something of that name exists. Choose another name, or replace it.'],
};

/** On open part files and journals a name cannot be at fault, nor can something that exists already be "the destination". */
function meaningOf(errno: string, phase: LocalPhase): Meaning {
  const [code, what] = MEANINGS[errno] ?? ['localIo', `the system reported ${errno}. Try again.`];
  if (code === 'permissionDenied' && phase === 'read') return [code, READ_DENIED];
  const isAboutDestination = phase === 'prepare' || phase === 'publish' || phase === 'copy';
  const isAboutName = code === 'unsafePath' || code === 'destinationExists';
  return isAboutName && !isAboutDestination ? ['localIo', what] : [code, what];
}
