// Hashes a file from its start up to a moving frontier, by reading it back: what is proven is what is on disk.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { HashAlgorithm } from '../assets/integrity';
import { createDigest, type Digest } from './digests';

/** Which file was hashed, to be compared right before it is published. Times in nanoseconds. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

/** Digests of a whole file and the identity of the file that they were made of. */
export interface FileProof {
  readonly digests: Readonly<Partial<Record<HashAlgorithm, string>>>;
  readonly identity: FileIdentity;
}

const READ_BYTES = 256 * 1024;

/** Synchronous by design: it runs on the hash thread, or over a few MiB where starting that thread would take longer. */
export class FileDigest {
  private hashedBytes = 0;

  private constructor(
    private readonly descriptor: number,
    private readonly digests: ReadonlyMap<HashAlgorithm, Digest>,
    private readonly buffer: Buffer,
  ) {}

  static async open(path: string, algorithms: readonly HashAlgorithm[]): Promise<FileDigest> {
    const digests = new Map<HashAlgorithm, Digest>();
    for (const algorithm of algorithms) digests.set(algorithm, await createDigest(algorithm));
    return new FileDigest(openSync(path, 'r'), digests, Buffer.allocUnsafeSlow(READ_BYTES));
  }

  /** Hashes one more piece below `frontierBytes`; false where there is none. */
  step(frontierBytes: number): boolean {
    const wanted = Math.min(READ_BYTES, frontierBytes - this.hashedBytes);
    if (wanted <= 0) return false;
    const length = readSync(this.descriptor, this.buffer, 0, wanted, this.hashedBytes);
    if (length === 0) throw new Error(`The part file ends at ${this.hashedBytes}, before ${frontierBytes}.`);
    const piece = this.buffer.subarray(0, length);
    for (const digest of this.digests.values()) digest.update(piece);
    this.hashedBytes += length;
    return true;
  }

  /** Digests of everything up to `totalBytes`. */
  finish(totalBytes: number): FileProof {
    while (this.step(totalBytes));
    const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(this.descriptor, { bigint: true });
    const hexes = [...this.digests].map(([algorithm, digest]) => [algorithm, digest.digestHex()] as const);
    return {
      digests: Object.fromEntries(hexes),
      identity: { device: dev, inode: ino, sizeBytes: size, modifiedNs: mtimeNs, changedNs: ctimeNs },
    };
  }

  dispose(): void {
    closeSync(this.descriptor);
  }
}
