// Hashes that arrive with the bytes: in response headers or in the URL. They detect damage on the way and never stand in for
// a hash that was given (whoever can change the file can change them), so whoever reports them names their source.
import { FetchError } from './fetchError';
import { algorithmNamed, combineIntegrity, integrityFromBase64, integrityFromHex, isStrong } from './integrity';
import type { Integrity } from './integrity';

export type HashSource =
  | 'repr-digest'
  | 'content-digest'
  | 'x-goog-hash'
  | 'x-linked-etag'
  | 'content-md5'
  /** Given by whoever wrote the URL, not by the server. */
  | 'url fragment';

export interface PublishedHash {
  readonly source: HashSource;
  readonly integrity: Integrity;
}

/** Response headers, names in lower case; repeated ones joined or as a list. */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Names of RFC 9530's registry that we can compute; the others (`unixsum`, `adler`, `crc32c`…) are checksums. */
const digestFieldAlgorithms: Readonly<Record<string, Integrity['algorithm']>> = {
  'sha-256': 'sha256',
  'sha-512': 'sha512',
  sha: 'sha1',
  md5: 'md5',
};

/**
 * Hashes in the head of the response that carries the bytes. `isWholeBody`: the body is the entire file (a 200, or a 206 of all
 * of it), without which Content-Digest and Content-MD5 speak of something else. What is malformed is as good as absent.
 */
export function findPublishedHashes(headers: HeaderFields, isWholeBody: boolean): PublishedHash[] {
  // With a content coding the digests are those of the coded bytes (RFC 9530 §3), not of the file we keep.
  const isCoded = isContentCoded(headers['content-encoding']);
  return [
    ...(isCoded ? [] : readDigestField('repr-digest', headers)),
    ...(isCoded || !isWholeBody ? [] : readDigestField('content-digest', headers)),
    ...readGoogHash(headers),
    ...(isCoded || !isWholeBody ? [] : readContentMd5(headers)),
  ];
}

/** Hugging Face names the SHA-256 of a large file in the redirect that leads to it: `x-linked-etag: "HEX"`. */
export function findRedirectHashes(headers: HeaderFields): PublishedHash[] {
  const hex = /^"?([0-9a-fA-F]{64})"?$/.exec(joined(headers['x-linked-etag']))?.[1];
  const integrity = hex === undefined ? null : integrityFromHex('sha256', hex);
  return integrity === null ? [] : [{ source: 'x-linked-etag', integrity }];
}

/**
 * Hashes in a URL's fragment, as package indexes write them: `#sha256=HEX`, `#egg=name&md5=HEX`. Whoever wrote the URL meant
 * them, so a malformed one is an error and not "no hash".
 * @throws FetchError `invalidRequest`
 */
export function findFragmentHashes(url: string | URL): PublishedHash[] {
  const href = String(url);
  const fragment = href.includes('#') ? href.slice(href.indexOf('#') + 1) : '';
  const found = fragment.split('&').flatMap((part) => {
    const equals = part.indexOf('=');
    const algorithm = equals < 0 ? null : algorithmNamed(part.slice(0, equals));
    if (algorithm === null) return [];
    const hash = integrityFromHex(algorithm, part.slice(equals + 1));
    if (hash !== null) return [hash];
    throw new FetchError('invalidRequest', `The ${algorithm} hash after # in the URL does not have the right length.`);
  });
  return combineIntegrity(found).map((integrity) => ({ source: 'url fragment', integrity }));
}

/** The `verifiedBy` of a file that these hashes matched: `published:repr-digest`, `sha256 (url fragment)`; weak ones say so. */
export function describePublished(hashes: readonly PublishedHash[]): string {
  const strong = hashes.filter(({ integrity }) => isStrong(integrity.algorithm));
  const counted = strong.length > 0 ? strong : hashes;
  return [...new Set(counted.map(describeOne))].join(',');
}

function describeOne({ source, integrity: { algorithm } }: PublishedHash): string {
  const weak = isStrong(algorithm) ? '' : ' (weak)';
  return source === 'url fragment' ? `${algorithm}${weak} (url fragment)` : `published:${source}${weak}`;
}

function readDigestField(source: 'repr-digest' | 'content-digest', headers: HeaderFields): PublishedHash[] {
  return [...parseByteDictionary(joined(headers[source]))].flatMap(([key, base64]) => {
    const algorithm = digestFieldAlgorithms[key];
    const integrity = algorithm === undefined ? null : integrityFromBase64(algorithm, base64);
    return integrity === null ? [] : [{ source, integrity }];
  });
}

/** `x-goog-hash: crc32c=…,md5=BASE64`: of the object as stored, so of no use where the server unzips on the way. */
function readGoogHash(headers: HeaderFields): PublishedHash[] {
  const stored = joined(headers['x-goog-stored-content-encoding']).toLowerCase();
  if (stored !== '' && stored !== 'identity') return [];
  const md5 = /(?:^|[,\s])md5=([A-Za-z0-9+/]{22}==)(?:$|[,\s])/.exec(joined(headers['x-goog-hash']))?.[1];
  const integrity = md5 === undefined ? null : integrityFromBase64('md5', md5);
  return integrity === null ? [] : [{ source: 'x-goog-hash', integrity }];
}

function readContentMd5(headers: HeaderFields): PublishedHash[] {
  const integrity = integrityFromBase64('md5', joined(headers['content-md5']).trim());
  return integrity === null ? [] : [{ source: 'content-md5', integrity }];
}

function isContentCoded(value: string | readonly string[] | undefined): boolean {
  const coding = joined(value).trim().toLowerCase();
  return coding !== '' && coding !== 'identity';
}

function joined(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value ?? []).join(', ');
}

// One member of a structured dictionary (RFC 9651 §4.2.2): key, value (bytes, string, or token and number), parameters.
const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const VALUE = `:[A-Za-z0-9+/=]*:|${STRING}|[A-Za-z0-9?*.+-][^\\s,;"]*`;
const MEMBER = `([a-z*][a-z0-9_.*-]*)(?:=(${VALUE}))?((?:; *[a-z*][a-z0-9_.*-]*(?:=(?:${VALUE}))?)*)`;

/** The byte sequences of a structured dictionary, still base64; empty where any of it is malformed (RFC 9651 §4.2). */
function parseByteDictionary(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const memberAt = new RegExp(MEMBER, 'y');
  const separatorAt = /[ \t]*,[ \t]*/y;
  const trimmed = text.trim();
  for (let at = 0; at < trimmed.length; at = separatorAt.lastIndex) {
    memberAt.lastIndex = at;
    const member = memberAt.exec(trimmed);
    if (member?.[1] === undefined) return new Map();
    const [, key, value = ''] = member;
    // A repeated key counts as its last value, also when that is no byte sequence.
    found.delete(key);
    if (value.startsWith(':')) found.set(key, value.slice(1, -1));
    separatorAt.lastIndex = memberAt.lastIndex;
    if (memberAt.lastIndex === trimmed.length) return found;
    if (!separatorAt.test(trimmed) || separatorAt.lastIndex === trimmed.length) return new Map();
  }
  return found;
}
