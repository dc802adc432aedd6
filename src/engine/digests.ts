// One running hash per algorithm: OpenSSL where it has it, WebAssembly for the rest.
import { createHash, getHashes } from 'node:crypto';
import type { HashAlgorithm } from '../assets/integrity';

export interface Digest {
  update(bytes: Uint8Array): void;
  /** Lower-case hex. Ends the digest. */
  digestHex(): string;
}

/** A digest that has seen no byte yet. */
export async function createDigest(algorithm: HashAlgorithm): Promise<Digest> {
  // The editor's Node is built on BoringSSL, which lacks BLAKE2; BLAKE3 is in neither.
  return algorithm !== 'blake3' && getHashes().includes(algorithm) ? nativeDigest(algorithm) : wasmDigest(algorithm);
}

/** Digests of bytes in memory, by algorithm. */
export async function digestBytes(
  bytes: Buffer,
  algorithms: readonly HashAlgorithm[],
): Promise<Readonly<Partial<Record<HashAlgorithm, string>>>> {
  const digests = algorithms.map(async (algorithm) => {
    const digest = await createDigest(algorithm);
    digest.update(bytes);
    return [algorithm, digest.digestHex()] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

function nativeDigest(algorithm: string): Digest {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
}

/** Each algorithm of hash-wasm by its own file: the whole package would triple the bundles. */
async function wasmDigest(algorithm: HashAlgorithm): Promise<Digest> {
  const hash =
    algorithm === 'blake3'
      ? await (await import('hash-wasm/dist/blake3.umd.min.js')).createBLAKE3(256)
      : await (await import('hash-wasm/dist/blake2b.umd.min.js')).createBLAKE2b(512);
  return { update: (bytes) => void hash.update(bytes), digestHex: () => hash.digest('hex') };
}
