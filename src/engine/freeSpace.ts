// Whether a file will fit, asked before the first byte. Advisory: others write too, so a full disk midway is handled all the same.
import type { Disk } from './disk';
import type { Place } from './place';

/**
 * Checks the device of the state folder for what is still to come, and the destination's, where it is another one, for the whole
 * file. Raises `diskFull` with `neededBytes` and `availableBytes`, `localIo` where a folder is gone.
 */
export async function checkSpace(
  disk: Disk,
  stateDir: string,
  place: Place,
  size: { readonly totalBytes: number; readonly keptBytes: number },
): Promise<void> {
  throw new Error(`not yet: ${String(disk)} ${stateDir} ${place.folder} ${size.totalBytes}`);
}

/** Raises `diskFull` where fewer than `neededBytes` and a margin are free on the device of the existing folder `dir`. */
export async function checkFreeSpace(disk: Disk, dir: string, neededBytes: number): Promise<void> {
  throw new Error(`not yet: ${String(disk)} ${dir} ${neededBytes}`);
}
