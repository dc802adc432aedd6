// Remembers a file that `add` has fetched and not listed yet, so that the same command lists it where the first one could not.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Integrity } from '../assets/integrity';

/** A file and the URL that its bytes came from. */
export interface UnlistedFile {
  readonly stateDir: string;
  /** Absolute path of the file. */
  readonly file: string;
  readonly url: string;
}

/** The hash with which the file came from that URL; empty where it did not, or is gone. The engine compares the bytes. */
export function recallUnlisted(place: UnlistedFile): Integrity[] {
  try {
    const digestHex = readFileSync(memoryFile(place), 'utf8');
    const isThere = lstatSync(place.file, { throwIfNoEntry: false })?.isFile() === true;
    return isThere && /^[0-9a-f]{64}$/.test(digestHex) ? [{ algorithm: 'sha256', digestHex }] : [];
  } catch {
    return [];
  }
}

/** Never raises: what is forgotten costs another fetch, which a person has to ask for. */
export function rememberUnlisted(place: UnlistedFile, sha256: string): void {
  const file = memoryFile(place);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, sha256, { mode: 0o600 });
  } catch {
    // A full disk, or a state folder that cannot be written.
  }
}

/** The file is on the list now. Never raises. */
export function forgetUnlisted(place: UnlistedFile): void {
  try {
    rmSync(memoryFile(place), { force: true });
  } catch {
    // It counts for the same file from the same URL alone.
  }
}

/** The URL may hold secrets, so only a hash of it is kept. */
function memoryFile({ stateDir, file, url }: UnlistedFile): string {
  const key = createHash('sha256')
    .update(JSON.stringify([file, url]))
    .digest('hex');
  return join(stateDir, 'unlisted', key.slice(0, 32));
}
