// Hashes that prove a file: the forms people write them in, and naming them. Computing them is engine/hasher.ts.
import * as v from 'valibot';
import { FetchError } from './fetchError';
import { redactText } from './redact';

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

/** Digest length of each algorithm, in bytes. */
export const digestBytes: Readonly<Record<HashAlgorithm, number>> = {
  sha256: 32,
  sha384: 48,
  sha512: 64,
  blake2b512: 64,
  blake3: 32,
  sha1: 20,
  md5: 16,
};

/** What a hash without an algorithm is taken for, by its length in bytes. */
const bareAlgorithms: ReadonlyMap<number, HashAlgorithm> = new Map<number, HashAlgorithm>([
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
  [20, 'sha1'],
  [16, 'md5'],
]);

const ACCEPTED =
  'Give sha256:HEX, sha256-BASE64 (also sha384, sha512, blake2b512, blake3, sha1, md5), or the hex digits alone.';

/** Whether a match proves the bytes against an attacker; sha1 and md5 do not. */
export function isStrong(algorithm: HashAlgorithm): boolean {
  return algorithm !== 'sha1' && algorithm !== 'md5';
}

/**
 * Reads hashes as people write them, one or several separated by spaces: SRI (`sha384-BASE64?options`, W3C SRI §3.5),
 * `sha256:HEX`, or bare hex by its length. Unknown algorithms in SRI form are skipped where a strong known one stands
 * beside them, as SRI asks; alone they are refused, so that a typo never means "no hash".
 * @throws FetchError `invalidRequest`
 */
export function parseIntegrity(text: string): Integrity[] {
  const tokens = text.split(/[\s,]+/).filter((token) => token !== '');
  if (tokens.length === 0) throw invalid('The hash is empty.');
  const parsed = tokens.map((token) => parseToken(token) ?? token);
  const known = parsed.filter((entry) => typeof entry !== 'string');
  const unknown = parsed.find((entry) => typeof entry === 'string');
  if (unknown !== undefined && !known.some(({ algorithm }) => isStrong(algorithm))) {
    throw invalid(`The hash algorithm of ${quote(unknown)} is not known.`);
  }
  return combineIntegrity(known);
}

/**
 * Drops repeated hashes. Two different ones of the same algorithm can never both hold and are refused.
 * @throws FetchError `invalidRequest`
 */
export function combineIntegrity(hashes: readonly Integrity[]): Integrity[] {
  const byAlgorithm = new Map<HashAlgorithm, Integrity>();
  for (const hash of hashes) {
    const other = byAlgorithm.get(hash.algorithm);
    if (other !== undefined && other.digestHex !== hash.digestHex) {
      throw invalid(`Two different ${hash.algorithm} hashes are given; no file matches both.`);
    }
    byAlgorithm.set(hash.algorithm, hash);
  }
  return [...byAlgorithm.values()];
}

/** `sha256:HEX`, the form for people and for error details. */
export function formatIntegrity({ algorithm, digestHex }: Integrity): string {
  return `${algorithm}:${digestHex}`;
}

/**
 * The `verifiedBy` of a file whose given hashes all held: `sha256,sha512`; weak ones as `md5 (weak)` and only where no
 * strong one was given, since beside a strong one they prove nothing more. Nothing given: `none`.
 */
export function describeVerification(given: readonly Integrity[]): string {
  const algorithms = hashAlgorithms.filter((algorithm) => given.some((hash) => hash.algorithm === algorithm));
  const strong = algorithms.filter(isStrong);
  if (strong.length > 0) return strong.join(',');
  return algorithms.map((algorithm) => `${algorithm} (weak)`).join(',') || 'none';
}

/** A hash from its base64 digest (standard or URL alphabet); null where the digest is not base64 of the right length. */
export function integrityFromBase64(algorithm: HashAlgorithm, base64: string): Integrity | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return null;
  const digest = Buffer.from(base64, 'base64');
  return digest.length === digestBytes[algorithm] ? { algorithm, digestHex: digest.toString('hex') } : null;
}

/** A hash from its hex digest; without an algorithm the length says which. Null where it is not hex of the right length. */
export function integrityFromHex(algorithm: HashAlgorithm | null, hex: string): Integrity | null {
  if (!/^[0-9a-fA-F]+$/.test(hex)) return null;
  const meant = algorithm ?? bareAlgorithms.get(hex.length / 2);
  if (meant === undefined || hex.length !== 2 * digestBytes[meant]) return null;
  return { algorithm: meant, digestHex: hex.toLowerCase() };
}

/** The algorithm that a name means: `SHA-256`, `sha256` and `BLAKE2b` are all understood; null for others. */
export function algorithmNamed(name: string): HashAlgorithm | null {
  const plain = name.toLowerCase().replace(/[-_]/g, '');
  if (plain === 'blake2b') return 'blake2b512';
  return hashAlgorithms.find((algorithm) => algorithm === plain) ?? null;
}

/** One hash; null where it is in SRI form with an algorithm that is not known. */
function parseToken(token: string): Integrity | null {
  // No hyphen before `=`: that would be base64 padding of an SRI hash.
  const named = /^([A-Za-z0-9_-]+):(.*)$/.exec(token) ?? /^([A-Za-z0-9_]+)=(.+)$/.exec(token);
  if (named?.[1] !== undefined && named[2] !== undefined) return parseNamedHex(token, named[1], named[2]);
  const sri = /^([A-Za-z0-9_]+)-([^?]*)(?:\?.*)?$/.exec(token);
  if (sri?.[1] !== undefined && sri[2] !== undefined) return parseSri(token, sri[1], sri[2]);
  const bare = integrityFromHex(null, token);
  if (bare === null) throw invalid(`${quote(token)} is not a hash.`);
  return bare;
}

function parseNamedHex(token: string, name: string, hex: string): Integrity {
  const algorithm = algorithmNamed(name);
  if (algorithm === null) throw invalid(`The hash algorithm of ${quote(token)} is not known.`);
  const hash = integrityFromHex(algorithm, hex);
  if (hash === null) throw invalid(`${quote(token)} does not hold the ${wantedLength(algorithm)}.`);
  return hash;
}

function parseSri(token: string, name: string, base64: string): Integrity | null {
  const algorithm = algorithmNamed(name);
  if (algorithm === null) return null;
  const hash = integrityFromBase64(algorithm, base64);
  if (hash !== null) return hash;
  const hint = integrityFromHex(algorithm, base64) === null ? '' : ` Hex digits follow a colon: ${algorithm}:HEX.`;
  throw invalid(`${quote(token)} does not hold base64 of ${digestBytes[algorithm]} bytes.${hint}`);
}

function wantedLength(algorithm: HashAlgorithm): string {
  return `${2 * digestBytes[algorithm]} hex digits of ${algorithm}`;
}

/** Shortened and redacted, since what was pasted by mistake may be a whole page, or a signed URL. */
function quote(token: string): string {
  const plain = redactText(token);
  return plain.length > 100 ? `“${plain.slice(0, 100)}…”` : `“${plain}”`;
}

function invalid(what: string): FetchError {
  return new FetchError('invalidRequest', `${what} ${ACCEPTED}`);
}

/** Whether a hash is in both lists: then both are of the same bytes. */
export function haveHashInCommon(some: readonly Integrity[], others: readonly Integrity[]): boolean {
  return some.some(({ algorithm, digestHex }) =>
    others.some((other) => other.algorithm === algorithm && other.digestHex === digestHex),
  );
}
