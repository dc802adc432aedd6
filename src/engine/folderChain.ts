// Folders of a destination, made only when a verified file is about to appear in them, and removed again if it does not.
import type { Disk } from './disk';
import { FetchError } from '../assets/fetchError';
import type { FileSystem } from './fileSystem';
import { errnoOf, translateLocalError } from './localError';
import type { Place } from './place';

/** Folders that were made for a file. */
export interface MadeFolders {
  /** Removes those that are still empty. Never raises. */
  undo(): Promise<void>;
}

/**
 * Makes the missing folders of a place and checks, as late as possible, that the place is still where it was judged to be: a
 * folder swapped for a link would lead elsewhere. Raises `unsafePath`, `localIo` (the root is gone; it is not made anew),
 * `diskFull`, `permissionDenied`.
 */
export async function prepareFolder({ fileSystem, platform }: Disk, place: Place): Promise<MadeFolders> {
  const made: string[] = [];
  const undo = async (): Promise<void> => {
    for (const dir of [...made].reverse()) await fileSystem.rmdir(dir).catch(() => undefined);
  };
  try {
    for (const dir of place.missingFolders) if (await makeFolder(fileSystem, dir)) made.push(dir);
    await requireUnmoved(fileSystem, place, platform);
    return { undo };
  } catch (error) {
    await undo();
    throw translateLocalError(error, 'prepare', place.folder);
  }
}

/** False where it exists by now. The parent must exist. */
async function makeFolder(fileSystem: FileSystem, dir: string): Promise<boolean> {
  try {
    await fileSystem.mkdir(dir, 0o777);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function requireUnmoved(fileSystem: FileSystem, { folder }: Place, platform: NodeJS.Platform): Promise<void> {
  const real = await fileSystem.realpath(folder);
  if (foldName(real, platform) === foldName(folder, platform)) return;
  const message = `${folder} has become a link to ${real} during the download. Check who changed it, then try again.`;
  throw new FetchError('unsafePath', message, { path: folder });
}

/** A folder that came into being meanwhile may be spelled otherwise where the file system does not mind. */
function foldName(path: string, platform: NodeJS.Platform): string {
  return platform === 'win32' || platform === 'darwin' ? path.normalize('NFC').toLowerCase() : path;
}
