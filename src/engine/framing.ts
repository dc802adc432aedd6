// What delimits a body, and the reading of raw header lines. RFC 9112 §6.
import { malformedResponse, type Peer } from './networkErrors';
import type { ResponseHead } from './responseHeaders';

/** `closed`: only the end of the connection delimits the body, which can't be told from a cut. */
export type BodyEnd = 'complete' | 'closed';

/** undici keeps names and values as Buffers in turn. Latin-1 loses nothing; readers of non-ASCII values decode them anew. */
export function readRawHeaders(raw: unknown): [string, string][] {
  if (!Array.isArray(raw)) return [];
  const texts = raw.map((part: unknown) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)));
  return texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : []));
}

/**
 * What will delimit the body (RFC 9112 §6.3). llhttp refuses most bad framing; it lets lengths pass that numbers can't hold, and
 * transfer codings that would be saved as if they were the file.
 * @throws FetchError `protocolViolation`
 */
export function judgeFraming({ status, headers }: ResponseHead, peer: Peer): BodyEnd {
  const codings = headers.all('transfer-encoding').join(',').trim().toLowerCase();
  const lengths = headers.all('content-length');
  if (status === 204 || status === 304) return 'complete';
  if (codings !== '' && lengths.length > 0) throw malformedResponse(peer, 'both Transfer-Encoding and Content-Length');
  if (codings !== '' && codings !== 'chunked')
    throw malformedResponse(peer, 'a transfer coding that was not asked for');
  if (codings === 'chunked') return 'complete';
  if (lengths.length === 0) return 'closed';
  const length = headers.get('content-length') ?? '';
  if (/^\d+$/.test(length) && Number.isSafeInteger(Number(length))) return 'complete';
  throw malformedResponse(peer, 'a Content-Length that is no sensible number');
}
