// Where a file will go on the real disk, judged before the network is touched: links followed, rights and names checked.
import type { FetchRequest, OverwritePolicy } from '../assets/request';
import type { Disk } from './disk';

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
  readonly existing: 'nothing' | 'file' | 'link';
}

/**
 * The folder of a request: `path` itself where `isFolder`, else the one that `path` lies in. Nothing is made or changed.
 * Raises `unsafePath` where the path leaves the root, also through links; `localIo` where the root is gone;
 * `permissionDenied` where the folder cannot be written.
 */
export async function resolvePlace(
  disk: Disk,
  request: Pick<FetchRequest, 'root' | 'path' | 'isFolder'>,
): Promise<Place> {
  throw new Error(`not yet: ${String(disk)} ${request.path}`);
}

/**
 * A name in a place. `existing` is the caller's to judge (it may hold the wanted bytes already); see `requireFree`.
 * Raises `unsafePath` for a path that is too long, `destinationExists` where a folder or device has that name (unless both are
 * kept), `permissionDenied` where a write-protected file would be replaced.
 */
export async function locateDestination(
  disk: Disk,
  place: Place,
  name: string,
  overwrite: OverwritePolicy,
): Promise<Destination> {
  throw new Error(`not yet: ${String(disk)} ${place.folder} ${name} ${overwrite}`);
}

/** Raises `destinationExists` where the policy is `fail` and something is there. */
export function requireFree(destination: Destination, overwrite: OverwritePolicy): void {
  throw new Error(`not yet: ${destination.path} ${overwrite}`);
}
