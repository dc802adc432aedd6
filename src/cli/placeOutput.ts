// From -o and -d to the folder that the person entitled and the path in it. Asks the disk only whether folders exist.
import * as path from 'node:path';
import { FetchError } from '../assets/fetchError';
import { UsageError } from './usageError';

/** The fields of a FetchRequest that say where the file goes. */
export interface Placement {
  readonly root: string;
  readonly path: string;
  readonly isFolder: boolean;
}

export interface WantedOutput {
  /** `-o FILE`, or null. */
  readonly file: string | null;
  /** `-d DIR`, or null. */
  readonly folder: string | null;
  readonly cwd: string;
}

/**
 * Where a download goes. A folder that is missing is made, if the one that should hold it exists: its name then becomes
 * part of the path, so that the engine makes it only when the file is published.
 * Throws UsageError on contradictions, FetchError `localIo` where more than one folder is missing,
 * `unsafePath` for a backslash where it separates nothing.
 */
export function placeOutput(wanted: WantedOutput, isFolder: (folder: string) => boolean): Placement {
  const placement = findPlacement(wanted, isFolder);
  // On Windows it separates folders, so a name that holds it could not be the same everywhere.
  if (path.sep === '/' && placement.path.includes('\\')) {
    const message = `The path ${placement.path} holds a backslash, which is no part of a name on every system. Write / between folders.`;
    throw new FetchError('unsafePath', message, { path: placement.path });
  }
  return placement;
}

function findPlacement(wanted: WantedOutput, isFolder: (folder: string) => boolean): Placement {
  if (wanted.file !== null && wanted.folder !== null) throw new UsageError('-o and -d exclude each other.');
  if (wanted.file === null) {
    return { ...findRoot(path.resolve(wanted.cwd, wanted.folder ?? '.'), isFolder), isFolder: true };
  }
  checkFileName(wanted.file);
  const file = path.resolve(wanted.cwd, wanted.file);
  const { root, path: folder } = findRoot(path.dirname(file), isFolder);
  return { root, path: path.posix.join(folder, path.basename(file)), isFolder: false };
}

function checkFileName(file: string): void {
  if (file === '-') {
    throw new UsageError('Writing to stdout (-o -) is not possible: bytes are shown only after they are verified.');
  }
  if (file.endsWith('/') || file.endsWith(path.sep)) {
    throw new UsageError(`-o wants a file, and ${file} is a folder. Use -d ${file} to keep the server's name.`);
  }
}

function findRoot(folder: string, isFolder: (folder: string) => boolean): { root: string; path: string } {
  if (isFolder(folder)) return { root: folder, path: '' };
  const parent = path.dirname(folder);
  if (parent !== folder && isFolder(parent)) return { root: parent, path: path.basename(folder) };
  throw new FetchError('localIo', `The folder ${folder} does not exist. Make it first, or check the spelling.`, {
    path: folder,
  });
}
