// The bodies that test servers send: byte = f(seed, offset), fast to make at any offset, and a misplaced byte tells where it came from.
import { createHash } from 'node:crypto';

const WORD_BYTES = 4;
const INDEX_FACTOR = 0x9e3779b1;
const INDEX_FACTOR_INVERSE = inverse(INDEX_FACTOR);
const FINAL_1 = 0x85ebca6b;
const FINAL_2 = 0xc2b2ae35;

/** Where some bytes belong. */
export interface BodyOrigin {
  readonly seed: number;
  readonly offset: number;
}

/**
 * Bytes `start` (included) to `end` (left out) of the body of `seed`.
 * Bodies are 4-byte words, an invertible mix of seed and word index, and repeat after 16 GiB.
 */
export function bodyBytes(seed: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  fillBody(bytes, seed, start);
  return bytes;
}

/** Fills `target` with the body of `seed` from byte `start` on. `target.byteOffset` must be a multiple of 4. */
export function fillBody(target: Buffer, seed: number, start: number): void {
  const lead = Math.min((WORD_BYTES - (start % WORD_BYTES)) % WORD_BYTES, target.length);
  if (lead > 0) copyUnaligned(target, seed, start, 0, lead);
  if (lead > 0) {
    const rest = Buffer.allocUnsafeSlow(target.length - lead);
    fillAligned(rest, seed, start + lead);
    rest.copy(target, lead);
  } else fillAligned(target, seed, start);
}

/** SHA-256 of a whole body, lower-case hex. */
export function bodySha256(seed: number, sizeBytes: number): string {
  return bodyDigest('sha256', seed, sizeBytes);
}

/** Any digest that node:crypto knows of a whole body, lower-case hex. */
function bodyDigest(algorithm: string, seed: number, sizeBytes: number): string {
  const hash = createHash(algorithm);
  const block = 1 << 20;
  for (let at = 0; at < sizeBytes; at += block) hash.update(bodyBytes(seed, at, Math.min(at + block, sizeBytes)));
  return hash.digest('hex');
}

/**
 * Where in the bodies of `seeds` the first eight of `bytes` or so come from; null if from none.
 * Used to word a failed comparison: "byte 4096 holds seed 2, offset 0".
 */
export function findOrigin(bytes: Buffer, seeds: readonly number[], maxSizeBytes = 2 ** 34): BodyOrigin | null {
  for (let skip = 0; skip < WORD_BYTES; skip++) {
    if (bytes.length < skip + 2 * WORD_BYTES) return null;
    for (const seed of seeds) {
      const index = indexOfWord(seed, bytes.readUInt32LE(skip));
      const offset = index * WORD_BYTES;
      if (offset >= maxSizeBytes || wordAt(seed, index + 1) !== bytes.readUInt32LE(skip + WORD_BYTES)) continue;
      return { seed, offset: offset - skip };
    }
  }
  return null;
}

/** Throws, naming the first wrong byte and where it came from, unless `actual` is the body of `seed` from `start` on. */
export function assertBody(actual: Buffer, seed: number, start = 0, otherSeeds: readonly number[] = []): void {
  const block = 1 << 20;
  for (let at = 0; at < actual.length; at += block) {
    const got = actual.subarray(at, at + block);
    const wanted = bodyBytes(seed, start + at, start + at + got.length);
    if (got.equals(wanted)) continue;
    const wrongAt = at + got.findIndex((byte, index) => byte !== wanted[index]);
    const origin = findOrigin(actual.subarray(wrongAt, wrongAt + 64), [seed, ...otherSeeds]);
    const from = origin === null ? 'bytes of no known body' : `seed ${origin.seed} offset ${origin.offset}`;
    throw new Error(`byte ${start + wrongAt} of seed ${seed} holds ${from}`);
  }
}

function fillAligned(target: Buffer, seed: number, start: number): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, Math.floor(target.length / WORD_BYTES));
  const firstIndex = start / WORD_BYTES;
  const key = keyOf(seed);
  for (let k = 0; k < words.length; k++) words[k] = mix(Math.imul(firstIndex + k, INDEX_FACTOR) ^ key);
  const done = words.length * WORD_BYTES;
  if (done < target.length) copyUnaligned(target, seed, start + done, done, target.length - done);
}

function copyUnaligned(target: Buffer, seed: number, start: number, at: number, length: number): void {
  const index = Math.floor(start / WORD_BYTES);
  const word = Buffer.allocUnsafe(WORD_BYTES);
  word.writeUInt32LE(wordAt(seed, index));
  word.copy(target, at, start - index * WORD_BYTES, start - index * WORD_BYTES + length);
}

function wordAt(seed: number, index: number): number {
  return mix(Math.imul(index, INDEX_FACTOR) ^ keyOf(seed)) >>> 0;
}

function indexOfWord(seed: number, word: number): number {
  return Math.imul(unmix(word) ^ keyOf(seed), INDEX_FACTOR_INVERSE) >>> 0;
}

function keyOf(seed: number): number {
  return mix(Math.imul(seed + 1, FINAL_1));
}

// MurmurHash3's finalizer: every step can be undone, which is what lets a word name its index.
function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, FINAL_1);
  h ^= h >>> 13;
  h = Math.imul(h, FINAL_2);
  return h ^ (h >>> 16);
}

function unmix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, inverse(FINAL_2));
  h ^= (h >>> 13) ^ (h >>> 26);
  h = Math.imul(h, inverse(FINAL_1));
  return h ^ (h >>> 16);
}

/** Inverse of an odd factor modulo 2^32, by Newton's iteration. */
function inverse(odd: number): number {
  let x = odd;
  for (let i = 0; i < 5; i++) x = Math.imul(x, 2 - Math.imul(odd, x));
  return x;
}
