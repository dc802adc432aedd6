// Where a file will go on the real disk, judged before the network is touched: links followed, rights and names checked.
import { constants } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkRelativePath } from '../assets/destination';
import { FetchError } from '../assets/fetchError';
import { isInside } from '../assets/insidePath';
import type { FetchRequest, OverwritePolicy } from '../assets/request';
import { isSensitiveFolder } from '../assets/sensitivePath';
import type { Disk } from './disk';
import type { FileSystem } from './fileSystem';
import { errnoOf, translateLocalError } from './localError';

/** A folder that files may be published in. Nothing has been made yet. */
export interface Place {
  /** The root with its symlinks resolved. */
  readonly root: string;
  /** The folder with its symlinks resolved, as far as it exists; inside `root`. */
  readonly folder: string;
  /** Absolute paths of the folders that publishing has to make, the outermost first. */
  readonly missingFolders: readonly string[];
}

/** A place and a file name in it. */
export interface Destination {
  readonly place: Place;
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  /** What is there now. A link is never followed. */
  readonly existing: 'nothing' | 'file' | 'link' | 'other';
  /** The file there may not be written; replacing it would go against its owner's wish. */
  readonly isWriteProtected: boolean;
}

/**
 * The folder of a request: `path` itself where `isFolder`, else the one that `path` lies in. Nothing is made or changed.
 * Raises `unsafePath` where the path leaves the root or enters a place that tools obey through a link; `localIo` where the root is gone;
 * `permissionDenied` where the folder cannot be written.
 */
export async function resolvePlace(
  { fileSystem }: Disk,
  request: Pick<FetchRequest, 'root' | 'path' | 'isFolder'>,
): Promise<Place> {
  const components = folderComponents(request);
  const root = await resolveRoot(fileSystem, request.root);
  const place = await enterAll(fileSystem, root, components);
  refuseDisguise(place, components.join('/'));
  return place;
}

/**
 * A name in a place. `existing` is the caller's to judge (it may hold the wanted bytes already); see `requireFree`.
 * Raises `unsafePath` for a path that is too long, `destinationExists` where a folder or device has that name (unless both are
 * kept).
 */
export async function locateDestination(
  { fileSystem, platform }: Disk,
  place: Place,
  name: string,
  overwrite: OverwritePolicy,
): Promise<Destination> {
  const path = join(place.folder, name);
  if (dirname(path) !== place.folder || path === place.folder) throw unsafe(path, 'is not the name of a file');
  checkPathLength(path, platform);
  const existing = await look(fileSystem, path);
  if (existing === 'other' && overwrite !== 'keepBoth') throw occupied(path);
  const isWriteProtected = existing === 'file' && (await isProtected(fileSystem, path));
  return { place, name, path, existing, isWriteProtected };
}

/**
 * Raises `destinationExists` where the policy is `fail` and something is there, `permissionDenied` where a write-protected file
 * would be replaced.
 */
export function requireFree({ path, existing, isWriteProtected }: Destination, overwrite: OverwritePolicy): void {
  if (overwrite === 'replace' && isWriteProtected) {
    const message = `${path} is write-protected. Make it writable to have it replaced, or choose another name.`;
    throw new FetchError('permissionDenied', message, { path });
  }
  if (overwrite !== 'fail' || existing === 'nothing') return;
  throw new FetchError('destinationExists', `${path} exists already. Replace it, keep both, or choose another name.`, {
    path,
  });
}

/** Hidden siblings (`.NAME.asset-fetch-…`) need this much more, in bytes. */
const SIBLING_BYTES = 40;
/** Longest path that each system takes, less its closing zero. On Windows most programs still stop at MAX_PATH. */
const LONGEST_PATH: Readonly<Partial<Record<NodeJS.Platform, number>>> = { win32: 259, darwin: 1023 };
const LONGEST_PATH_ELSEWHERE = 4095;

/** Raises `unsafePath` for a path that the system, or on Windows most of its programs, could not open. */
export function checkPathLength(path: string, platform: NodeJS.Platform): void {
  const longest = LONGEST_PATH[platform] ?? LONGEST_PATH_ELSEWHERE;
  // Windows counts UTF-16 units, and node opens longer paths there, so our own temporary files need no room.
  const length = platform === 'win32' ? path.length : Buffer.byteLength(path) + SIBLING_BYTES;
  if (length <= longest) return;
  const message = `The path is ${length - longest} characters too long for this system. Choose a shorter name or folder: ${path}`;
  throw new FetchError('unsafePath', message, { path });
}

/** The name of the file that the path of a request leads to. Raises `unsafePath` for a path that is not one. */
export function fileNameOf(path: string): string {
  return checkRelativePath(path).split('/').at(-1) ?? '';
}

function folderComponents({ path, isFolder }: Pick<FetchRequest, 'path' | 'isFolder'>): string[] {
  if (isFolder && /^[./\\]*$/.test(path) && !path.includes('..')) return [];
  // A path that ends with a slash names a folder just as well where one is wanted.
  const checked = checkRelativePath(isFolder ? path.replace(/[/\\]+$/, '') : path);
  const components = checked.split('/');
  return isFolder ? components : components.slice(0, -1);
}

async function resolveRoot(fileSystem: FileSystem, root: string): Promise<string> {
  try {
    const resolved = await fileSystem.realpath(root);
    if ((await fileSystem.stat(resolved)).isDirectory()) return resolved;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw translateLocalError(error, 'prepare', root);
  }
  // Never made anew: an unmounted drive would be filled under its mount point, a deleted workspace would come back.
  const message = `The folder ${root} is gone. Restore or reconnect it, or choose another folder.`;
  throw new FetchError('localIo', message, { path: root, reason: 'ENOENT' });
}

async function enterAll(fileSystem: FileSystem, root: string, components: readonly string[]): Promise<Place> {
  let folder = root;
  for (const [index, component] of components.entries()) {
    const next = await enter(fileSystem, root, join(folder, component));
    if (next === null) return planFolders(fileSystem, root, folder, components.slice(index));
    folder = next;
  }
  return planFolders(fileSystem, root, folder, []);
}

/** Whoever consents, or has no reason to ask, goes by the written path: no link may make it one into `.git/hooks`. */
function refuseDisguise({ root, folder }: Place, written: string): void {
  const real = relative(root, folder);
  if (!isSensitiveFolder(real) || isSensitiveFolder(written)) return;
  throw unsafe(join(root, written), `leads through a link into ${real}, a place that tools obey`);
}

/** The real path of an existing folder inside the root; null where nothing is there. */
async function enter(fileSystem: FileSystem, root: string, path: string): Promise<string | null> {
  try {
    const stats = await fileSystem.lstat(path);
    if (stats.isDirectory()) return path;
    if (!stats.isSymbolicLink()) throw unsafe(path, 'is a file, not a folder');
    return await followLink(fileSystem, root, path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw translateLocalError(error, 'prepare', path);
  }
}

async function followLink(fileSystem: FileSystem, root: string, path: string): Promise<string> {
  const target = await fileSystem.realpath(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') throw unsafe(path, 'is a symbolic link that leads nowhere');
    throw error;
  });
  if (!isInside(root, target)) throw unsafe(path, `is a symbolic link that leads out of ${root}`);
  if (!(await fileSystem.stat(target)).isDirectory()) throw unsafe(path, 'is a link to a file, not a folder');
  return target;
}

async function planFolders(
  fileSystem: FileSystem,
  root: string,
  entered: string,
  missing: readonly string[],
): Promise<Place> {
  try {
    // As the disk spells it: publish.ts compares.
    const existing = await fileSystem.realpath(entered);
    // Asks the system rather than the mode bits: root, ACLs, read-only mounts and immutable flags all count.
    await fileSystem.access(existing, constants.W_OK | constants.X_OK);
    const missingFolders = missing.map((_, index) => join(existing, ...missing.slice(0, index + 1)));
    return { root, folder: missingFolders.at(-1) ?? existing, missingFolders };
  } catch (error) {
    throw translateLocalError(error, 'prepare', entered);
  }
}

async function isProtected(fileSystem: FileSystem, path: string): Promise<boolean> {
  return fileSystem.access(path, constants.W_OK).then(
    () => false,
    () => true,
  );
}

async function look(fileSystem: FileSystem, path: string): Promise<Destination['existing']> {
  try {
    const stats = await fileSystem.lstat(path);
    if (stats.isSymbolicLink()) return 'link';
    return stats.isFile() ? 'file' : 'other';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'nothing';
    throw translateLocalError(error, 'prepare', path);
  }
}

/** Replacing is no way out here, so `reason` tells it from a file that is in the way. */
function occupied(path: string): FetchError {
  const message = `${path} is a folder or a device, which is never replaced. Choose another name.`;
  return new FetchError('destinationExists', message, { path, reason: 'EISDIR' });
}

function unsafe(path: string, what: string): FetchError {
  return new FetchError('unsafePath', `${path} ${what}. Choose another path, or change it in ${dirname(path)}.`, {
    path,
  });
}
