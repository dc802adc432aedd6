// What has to hold before a file is published: hashes given, found in the URL or a checksum file, or published by the server.
import { FetchError } from '../assets/fetchError';
import {
  describeVerification,
  formatIntegrity,
  isStrong,
  type HashAlgorithm,
  type Integrity,
} from '../assets/integrity';
import { findInstability } from '../assets/manifestUrl';
import {
  describePublished,
  findFragmentHashes,
  findPublishedHashes,
  findRedirectHashes,
  type PublishedHash,
} from '../assets/publishedHashes';
import { redactUrl } from '../assets/redact';
import type { FetchRequest } from '../assets/request';
import type { Answer } from './exchange';
import type { FileProof } from './fileDigest';

/** Hashes in the order of trust. Published ones detect damage only: whoever changes the file changes them too. */
export class Proof {
  private published: readonly PublishedHash[];
  private checksums: readonly Integrity[] = [];

  constructor(private readonly request: FetchRequest) {
    this.published = fragmentHashes(request);
  }

  /** Takes the hashes that came with the first response and its redirects. */
  readPublished({ response, hops, action }: Answer): void {
    const isWholeBody = action.type === 'write' && action.start === 0 && action.end === action.object.totalBytes;
    this.published = [
      ...fragmentHashes(this.request),
      ...hops.flatMap(({ head }) => findRedirectHashes(head.headers.toRecord())),
      ...findPublishedHashes(response.head.headers.toRecord(), isWholeBody),
    ];
  }

  /** Takes the hashes of a checksum file that the person asked to be used. */
  addChecksums(checksums: readonly Integrity[]): void {
    this.checksums = checksums;
  }

  /** Algorithms to compute: SHA-256 always, and whatever else something can be compared with. */
  get algorithms(): readonly HashAlgorithm[] {
    return [...new Set<HashAlgorithm>(['sha256', ...this.expected().map(({ algorithm }) => algorithm)])];
  }

  /** The `verifiedBy` of a file with these digests. Raises `integrityMismatch` with both hashes in its details. */
  check(digests: FileProof['digests'], isLengthProven: boolean): string {
    for (const expected of this.expected()) {
      const actual = digests[expected.algorithm] ?? '';
      if (actual !== expected.digestHex) throw mismatch(this.request, expected, actual);
    }
    if (this.request.integrity.length > 0) return describeVerification(this.request.integrity);
    if (this.checksums.length > 0) return `${describeVerification(this.checksums)} (checksum file)`;
    if (this.published.length > 0) return describePublished(this.published);
    return isLengthProven ? 'size' : 'none';
  }

  /** Whether a hash that was given, not merely published, is strong: it may decide over bytes of several servers. */
  get hasStrongGiven(): boolean {
    return this.request.integrity.some(({ algorithm }) => isStrong(algorithm));
  }

  /** A given hash overrules what the server says of its own file, so published ones count only where none is given. */
  private expected(): readonly Integrity[] {
    const given = [...this.request.integrity, ...this.checksums];
    return given.length > 0 ? given : this.published.map(({ integrity }) => integrity);
  }
}

function fragmentHashes({ urls }: FetchRequest): readonly PublishedHash[] {
  return findFragmentHashes(urls[0] ?? '');
}

function mismatch({ urls }: FetchRequest, expected: Integrity, actualHex: string): FetchError {
  const actual: Integrity = { algorithm: expected.algorithm, digestHex: actualHex };
  const details = { expected: formatIntegrity(expected), actual: formatIntegrity(actual) };
  const url = urls[0] ?? '';
  const hint =
    findInstability(new URL(url)) === 'generatedArchive'
      ? ' The server makes this archive anew at times; ask its owner for a release file.'
      : '';
  const message = `The file from ${redactUrl(url)} has the hash ${details.actual}, not ${details.expected}. Nothing was saved.${hint}`;
  return new FetchError('integrityMismatch', message, details);
}
