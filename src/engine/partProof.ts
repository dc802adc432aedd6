// No gap between proof and publication: the part file must still be the very file, unchanged, that was hashed.
import { FetchError } from '../assets/fetchError';
import { formatIntegrity, type HashAlgorithm, type Integrity } from '../assets/integrity';
import { createDigest, type Digest } from './digests';
import type { FileIdentity, FileProof } from './fileDigest';
import type { FileHandle } from './fileSystem';
import { translateLocalError } from './localError';

const READ_BYTES = 1024 * 1024;

/**
 * Raises `integrityMismatch` unless the open file at `path` is what the proof is of. Where its identity differs (an earlier try
 * changed its mode, a backup touched it) it is hashed again. Raises `localIo` where it cannot be read, and the signal's reason.
 */
export async function requireProven(
  file: FileHandle,
  path: string,
  proof: FileProof,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (isSameIdentity(await identify(file), proof.identity)) return;
    for (const integrity of await digestAgain(file, proof, signal)) requireDigest(path, integrity, proof);
  } catch (error) {
    throw translateLocalError(error, 'verify', path);
  }
}

/** Raises `localIo` where the hashed file had bytes behind the `totalBytes` that were hashed: somebody else writes to it. */
export function requireSize(path: string, { identity }: FileProof, totalBytes: number): void {
  if (identity.sizeBytes === BigInt(totalBytes)) return;
  const message = `Another program changed ${path} while it was verified. Close that program, then try again.`;
  throw new FetchError('localIo', message, { path });
}

/** Raises `integrityMismatch` where a digest made anew is not the proven one. */
export function requireDigest(path: string, actual: Integrity, proof: FileProof): void {
  const digestHex = proof.digests[actual.algorithm] ?? '';
  if (digestHex === actual.digestHex) return;
  throw new FetchError('integrityMismatch', `${path} was changed after it was verified. Download it again.`, {
    path,
    expected: formatIntegrity({ algorithm: actual.algorithm, digestHex }),
    actual: formatIntegrity(actual),
  });
}

/** Which file it is, and in which state. */
async function identify(file: FileHandle): Promise<FileIdentity> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat();
  return { device: dev, inode: ino, sizeBytes: size, modifiedNs: mtimeNs, changedNs: ctimeNs };
}

function isSameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  const isSameFile = a.device === b.device && a.inode === b.inode;
  return isSameFile && a.sizeBytes === b.sizeBytes && a.modifiedNs === b.modifiedNs && a.changedNs === b.changedNs;
}

async function digestAgain(file: FileHandle, proof: FileProof, signal: AbortSignal): Promise<Integrity[]> {
  const running = new Map<HashAlgorithm, Digest>();
  for (const algorithm of ['sha256', ...Object.keys(proof.digests)] as HashAlgorithm[]) {
    running.set(algorithm, await createDigest(algorithm));
  }
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    for (const digest of running.values()) digest.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return [...running].map(([algorithm, digest]) => ({ algorithm, digestHex: digest.digestHex() }));
}
