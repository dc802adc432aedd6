// The way to another device: a hidden sibling of the destination, filled, proven and flushed before it takes the name.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { FetchError } from '../assets/fetchError';
import { maxComponentBytes, shortenName } from '../assets/fileName';
import { createDigest } from './digests';
import type { Disk } from './disk';
import type { FileProof } from './fileDigest';
import type { FileHandle, FileSystem } from './fileSystem';
import { errnoOf, translateLocalError } from './localError';
import { requireDigest } from './partProof';
import type { Destination } from './place';
import { makeStateFolder, transfersDir } from './transferFolder';

const COPY_BYTES = 1024 * 1024;
/** Names that `stageBytes` makes. */
const STAGED = /^[0-9a-f]{32}\.[0-9a-f]{8}\.tmp$/;
/** Staged bytes take their name within milliseconds, or minutes where Windows holds the destination. */
const STALE_MS = 3_600_000;

/** Never through a link, never into a file that exists. Windows has no O_NOFOLLOW; as undefined it counts for nothing. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export interface CopyOrder {
  readonly destination: Destination;
  /** Key of the transfer: a later run recognizes by it what a crash left. */
  readonly key: string;
  readonly proof: FileProof;
  /** Permission bits of the copy. */
  readonly mode: number;
  readonly signal: AbortSignal;
}

/**
 * Copies an open file beside the destination and returns the sibling's path; it is flushed, and its bytes hash to the proof.
 * On failure nothing is left. Raises `diskFull`, `permissionDenied`, `localIo`, `integrityMismatch`, and the signal's reason.
 */
export function copyBeside({ fileSystem }: Disk, from: FileHandle, order: CopyOrder): Promise<string> {
  return fillBeside(fileSystem, order, (to) => copyBytes(from, to, order));
}

/** As `copyBeside`, for verified bytes in memory. Raises `diskFull`, `permissionDenied`, `localIo`. */
export function writeBeside(
  { fileSystem }: Disk,
  bytes: Buffer,
  order: Pick<CopyOrder, 'destination' | 'key' | 'mode'>,
): Promise<string> {
  return fillBeside(fileSystem, order, (to) => writeAll(to, bytes, bytes.length, 0));
}

/**
 * Verified bytes in a flushed file of the state folder; its path. A crash leaves nothing in the workspace that way. Raises
 * `diskFull`, `permissionDenied`, `localIo`, naming the state folder.
 */
export async function stageBytes(
  disk: Disk,
  stateDir: string,
  bytes: Buffer,
  { key, mode }: Pick<CopyOrder, 'key' | 'mode'>,
): Promise<string> {
  const staged = join(transfersDir(stateDir), `${key}.${randomBytes(4).toString('hex')}.tmp`);
  const fill = (to: FileHandle): Promise<void> => writeAll(to, bytes, bytes.length, 0);
  try {
    return await fillFile(disk.fileSystem, staged, mode, fill).catch(async (error: unknown) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await makeStateFolder(disk, transfersDir(stateDir));
      return fillFile(disk.fileSystem, staged, mode, fill);
    });
  } catch (error) {
    throw translateLocalError(error, 'write', stateDir);
  }
}

/** Removes what kills left of `stageBytes`. Others may be at theirs: only what is old goes. Never raises. */
export async function sweepStaged({ fileSystem, wallClockMs }: Disk, stateDir: string): Promise<void> {
  const dir = transfersDir(stateDir);
  const names = await fileSystem.readdir(dir).catch(() => []);
  for (const staged of names.filter((name) => STAGED.test(name)).map((name) => join(dir, name))) {
    const stats = await fileSystem.lstat(staged).catch(() => null);
    const isStale = stats !== null && wallClockMs() - Number(stats.mtimeMs) > STALE_MS;
    if (isStale) await fileSystem.unlink(staged).catch(() => undefined);
  }
}

async function fillBeside(
  fileSystem: FileSystem,
  { destination, key, mode }: Pick<CopyOrder, 'destination' | 'key' | 'mode'>,
  fill: (to: FileHandle) => Promise<void>,
): Promise<string> {
  const sibling = join(destination.place.folder, siblingPrefix(destination.name, key) + randomBytes(4).toString('hex'));
  try {
    // Its mode until it is whole: bytes that are not proven are nobody else's to read.
    return await fillFile(fileSystem, sibling, 0o600, async (to) => {
      await fill(to);
      await to.chmod(mode).catch(() => undefined);
    });
  } catch (error) {
    throw translateLocalError(error, 'copy', sibling);
  }
}

/** A new file, filled and flushed; nothing is left where that fails. Errors are node's. */
async function fillFile(
  fileSystem: FileSystem,
  path: string,
  mode: number,
  fill: (to: FileHandle) => Promise<void>,
): Promise<string> {
  const to = await fileSystem.open(path, NEW_FILE, mode);
  try {
    await fill(to);
    await to.sync();
  } catch (error) {
    await fileSystem.unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await to.close();
  }
  return path;
}

/** Removes siblings that a crash of this same transfer left. The caller holds its lease. Never raises. */
export async function sweepSiblings({ fileSystem }: Disk, destination: Destination, key: string): Promise<void> {
  const { folder } = destination.place;
  const prefix = siblingPrefix(destination.name, key);
  const names = await fileSystem.readdir(folder).catch(() => []);
  for (const name of names.filter(
    (other) => other.startsWith(prefix) && /^[0-9a-f]{8}$/.test(other.slice(prefix.length)),
  )) {
    await fileSystem.unlink(join(folder, name)).catch(() => undefined);
  }
}

/** `.model.bin.asset-fetch-1a2b3c-`, hidden, and told from other transfers' by their keys. */
function siblingPrefix(name: string, key: string): string {
  const tail = `.asset-fetch-${key.slice(0, 6)}-`;
  return `.${shortenName(name, maxComponentBytes - 1 - tail.length - 8)}${tail}`;
}

/** Hashes what it reads while it writes it, so that a part file changed since its proof, or misread, is not published. */
async function copyBytes(from: FileHandle, to: FileHandle, { destination, proof, signal }: CopyOrder): Promise<void> {
  const digest = await createDigest('sha256');
  const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
  for (let position = 0; ;) {
    if (signal.aborted) throw cancelled(signal);
    const { bytesRead } = await read(from, buffer, position);
    if (bytesRead === 0) break;
    digest.update(buffer.subarray(0, bytesRead));
    await writeAll(to, buffer, bytesRead, position);
    position += bytesRead;
  }
  requireDigest(destination.path, { algorithm: 'sha256', digestHex: digest.digestHex() }, proof);
}

/** Errors of the source are translated here, so that they are not taken for the target's. */
function read(from: FileHandle, buffer: Buffer, position: number): Promise<{ bytesRead: number }> {
  return from.read(buffer, 0, buffer.length, position).catch((error: unknown) => {
    throw translateLocalError(error, 'read', 'the downloaded file');
  });
}

async function writeAll(to: FileHandle, buffer: Buffer, length: number, position: number): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesWritten } = await to.write(buffer, done, length - done, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    done += bytesWritten;
  }
}

function cancelled(signal: AbortSignal): FetchError {
  if (signal.reason instanceof FetchError) return signal.reason;
  return new FetchError('cancelled', 'The download was cancelled while it was moved to its place; it is kept.');
}
