// Hashes that prove a file: the forms people write them in, and comparing. Computing them is engine/hasher.ts.
import * as v from 'valibot';

/** Hash algorithms by strength; sha1 and md5 detect accidents, not attackers. */
export const hashAlgorithms = ['sha256', 'sha384', 'sha512', 'blake2b512', 'blake3', 'sha1', 'md5'] as const;
export type HashAlgorithm = (typeof hashAlgorithms)[number];

export interface Integrity {
  readonly algorithm: HashAlgorithm;
  /** Lower-case hex. */
  readonly digestHex: string;
}

export const integritySchema = v.object({
  algorithm: v.picklist(hashAlgorithms),
  digestHex: v.pipe(v.string(), v.regex(/^[0-9a-f]+$/)),
});
