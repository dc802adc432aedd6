// Hash of a file of zeros, without the file.
import { createHash } from 'node:crypto';

const BLOCK = Buffer.alloc(1 << 20);

/** SHA-256 of `sizeBytes` zeros, lower-case hex. */
export function hashZeros(sizeBytes: number): string {
  const hash = createHash('sha256');
  for (let at = 0; at < sizeBytes; at += BLOCK.length) hash.update(BLOCK.subarray(0, sizeBytes - at));
  return hash.digest('hex');
}
