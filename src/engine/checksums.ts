// Fetches a checksum file (`URL.sha256`, `SHA256SUMS`) and finds the line of the wanted file in it.
import { findChecksum } from '../assets/checksumFile';
import { FetchError } from '../assets/fetchError';
import type { Integrity } from '../assets/integrity';
import { parseHttpUrl, redactUrl } from '../assets/redact';
import type { FetchRequest } from '../assets/request';
import type { HttpClient } from './http';
import { openFollowing } from './redirects';

/** Larger ones are no checksum files. */
const MOST_BYTES = 1024 * 1024;

/**
 * Hashes that the checksum file holds for `fileName`; never empty.
 * @throws FetchError `httpStatus`, `tooLarge`, `invalidRequest` (no line for this file), and what the request raises
 */
export async function fetchChecksums(
  client: HttpClient,
  request: FetchRequest,
  checksumUrl: string,
  fileName: string,
  signal: AbortSignal,
): Promise<readonly Integrity[]> {
  const url = checksumUrl === 'sibling' ? siblingUrl(request) : parseHttpUrl(checksumUrl);
  const text = await fetchText(client, request, url, signal);
  const checksums = findChecksum(text, fileName, url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  if (checksums.length > 0) return checksums;
  throw new FetchError(
    'invalidRequest',
    `${redactUrl(url)} holds no hash for ${fileName}. Check the checksum address.`,
    { host: url.host },
  );
}

function siblingUrl({ urls }: FetchRequest): URL {
  const url = parseHttpUrl(urls[0] ?? '');
  url.pathname += '.sha256';
  url.hash = '';
  return url;
}

async function fetchText(client: HttpClient, request: FetchRequest, url: URL, signal: AbortSignal): Promise<string> {
  const isSameOrigin = url.origin === new URL(request.urls[0] ?? '').origin;
  const { response } = await openFollowing(client, {
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
  const chunks: Buffer[] = [];
  let length = 0;
  await response.read((chunk) => {
    length += chunk.length;
    if (length > MOST_BYTES)
      throw new FetchError('tooLarge', `${redactUrl(url)} is too large for a checksum file.`, { host: url.host });
    chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString('utf8');
}
