// Fetches a checksum file (`URL.sha256`, `SHA256SUMS`) and finds the line of the wanted file in it.
import { findChecksum } from '../assets/checksumFile';
import { FetchError } from '../assets/fetchError';
import type { Integrity } from '../assets/integrity';
import { parseHttpUrl, redactUrl } from '../assets/redact';
import type { FetchRequest } from '../assets/request';
import type { Clock } from './clock';
import type { HttpClient } from './http';
import type { HttpResponse } from './httpResponse';
import { openFollowing } from './redirects';

/** Larger ones are no checksum files. */
const MOST_BYTES = 1024 * 1024;
/** Nor is what takes longer than this, however steadily it trickles. */
const LONGEST_MS = 120_000;
/** How often the clock is looked at. */
const LOOK_MS = 250;

/** What fetching a checksum file needs of the engine. */
export interface ChecksumSurroundings {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Without a byte for so long, the body counts as stalled. */
  readonly idleTimeoutMs: number;
}

/**
 * Hashes that the checksum file holds for the file: under its name in the URL, else under `fileName`. Never empty. `sibling` means
 * `URL.sha256`, and where there is none `SHA256SUMS` in the same folder.
 * @throws FetchError `httpStatus`, `tooLarge`, `timedOut`, `truncated`, `invalidRequest` (no line for this file), and what the request raises
 */
export async function fetchChecksums(
  around: ChecksumSurroundings,
  request: FetchRequest,
  checksumUrl: string,
  fileName: string,
  signal: AbortSignal,
): Promise<readonly Integrity[]> {
  const candidates = checksumUrl === 'sibling' ? siblingUrls(request) : [parseHttpUrl(checksumUrl)];
  const { url, text } = await fetchFirst(around, request, candidates, signal);
  const checksumName = lastSegment(url);
  for (const name of [lastSegment(originalUrl(request)), fileName]) {
    const checksums = name === '' ? [] : findChecksum(text, name, checksumName);
    if (checksums.length > 0) return checksums;
  }
  throw new FetchError(
    'invalidRequest',
    `${redactUrl(url)} holds no hash for ${fileName}. Check the checksum address.`,
    { host: url.host },
  );
}

function originalUrl({ urls }: FetchRequest): URL {
  return parseHttpUrl(urls[0] ?? '');
}

/** A signed URL keeps its query: some servers sign for a folder. */
function siblingUrls(request: FetchRequest): URL[] {
  const [own, common] = [originalUrl(request), originalUrl(request)];
  own.pathname += '.sha256';
  common.pathname = common.pathname.replace(/[^/]*$/, 'SHA256SUMS');
  own.hash = common.hash = '';
  return [own, common];
}

/** Decoded; as it stands where the encoding is broken. */
function lastSegment({ pathname }: URL): string {
  const segment = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The first of the files that is there: only where one is missing (404) is the next one asked for. */
async function fetchFirst(
  around: ChecksumSurroundings,
  request: FetchRequest,
  candidates: readonly URL[],
  signal: AbortSignal,
): Promise<{ url: URL; text: string }> {
  let missing: unknown;
  for (const url of candidates) {
    try {
      return { url, text: await fetchText(around, request, url, signal) };
    } catch (error) {
      if (!(error instanceof FetchError) || error.details.status !== 404) throw error;
      missing = error;
    }
  }
  if (candidates.length === 1) throw missing;
  const names = candidates.map(redactUrl).join(' nor ');
  const { host = '' } = candidates[0] ?? {};
  throw new FetchError('httpStatus', `There is neither ${names}. Name the checksum file's URL.`, { host, status: 404 });
}

async function fetchText(
  around: ChecksumSurroundings,
  request: FetchRequest,
  url: URL,
  signal: AbortSignal,
): Promise<string> {
  const isSameOrigin = url.origin === new URL(request.urls[0] ?? '').origin;
  const { response } = await openFollowing(around.http, {
    url,
    headers: isSameOrigin ? request.headers : {},
    signal,
    addressPolicy: { source: request.source, allowedPrivateHosts: request.allowedPrivateHosts, redirectedFrom: null },
  });
  const { status } = response.head;
  if (status !== 200) {
    await response.discard();
    throw new FetchError('httpStatus', `The checksum file ${redactUrl(url)} answered ${status}.`, {
      host: url.host,
      status,
    });
  }
  return readText(response, url, around);
}

async function readText(response: HttpResponse, url: URL, { clock, idleTimeoutMs }: ChecksumSurroundings) {
  const { host } = url;
  const chunks: Buffer[] = [];
  let length = 0;
  const startMs = clock.nowMs();
  let lastByteMs = startMs;
  const stopLooking = clock.every(LOOK_MS, () => {
    const nowMs = clock.nowMs();
    if (nowMs - lastByteMs < idleTimeoutMs && nowMs - startMs < LONGEST_MS) return;
    response.abort(
      new FetchError('timedOut', `The checksum file ${redactUrl(url)} does not come to its end.`, { host }),
    );
  });
  try {
    await response.read((chunk) => {
      lastByteMs = clock.nowMs();
      length += chunk.length;
      if (length > MOST_BYTES)
        throw new FetchError('tooLarge', `${redactUrl(url)} is too large for a checksum file.`, { host });
      chunks.push(chunk);
    });
  } finally {
    stopLooking();
  }
  return Buffer.concat(chunks).toString('utf8');
}
