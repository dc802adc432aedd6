// One request of a transfer and the verdict on its response head.
import type { FetchRequest } from '../assets/request';
import { displayHost } from '../assets/redact';
import type { HttpClient } from './http';
import { openFollowing, type FollowedResponse } from './redirects';
import { headersForOtherOrigin } from './requestHeaders';
import { judgeResponse, type Expectation, type ResponseAction } from './responseAction';
import type { Source } from './source';
import type { StrongValidator } from './validator';

export interface Question {
  readonly source: Source;
  /** Bytes wanted, `end` exclusive or Infinity; null: the whole, without a Range header. */
  readonly range: { readonly start: number; readonly end: number } | null;
  /** Sent as If-Range: a changed object then answers 200. */
  readonly validator: StrongValidator | null;
  /** Whether caches are to be passed by: the bytes they gave did not match the hash. */
  readonly isFresh: boolean;
  readonly signal: AbortSignal;
}

export interface Answer extends FollowedResponse {
  readonly action: ResponseAction;
}

/** What the transfer knows and wants, of which the exchange makes the rest of an Expectation. */
export type Known = Pick<Expectation, 'object' | 'heldBytes' | 'wallClockMs'>;

/** Sends one GET, follows its redirects and judges the answer. Raises what `openFollowing` raises; the caller ends the response. */
export async function exchange(
  client: HttpClient,
  request: FetchRequest,
  question: Question,
  known: Known,
): Promise<Answer> {
  const { url, landing } = question.source;
  const { source, allowedPrivateHosts } = request;
  const followed = await openFollowing(client, {
    url: landing?.url ?? url,
    headers: requestHeaders(request, question),
    signal: question.signal,
    addressPolicy: { source, allowedPrivateHosts, redirectedFrom: landing?.redirectedFrom ?? null },
  });
  const { response, finalUrl, hops } = followed;
  const action = judgeResponse(response.head, {
    ...known,
    host: displayHost(finalUrl),
    urlFileName: finalUrl.pathname.slice(finalUrl.pathname.lastIndexOf('/') + 1),
    asked: question.range && { start: question.range.start, end: finiteEnd(question.range.end) },
    expectedBytes: request.sizeBytes,
    maxBytes: request.maxSizeBytes,
    hasGivenHash: request.integrity.length > 0,
    wasRedirected: hops.length > 0 || landing !== null,
  });
  return { ...followed, action };
}

function requestHeaders(
  request: FetchRequest,
  { source, range, validator, isFresh }: Question,
): Record<string, string> {
  return {
    ...(isForFirstOrigin(request, source) ? request.headers : headersForOtherOrigin(request.headers)),
    ...(range ? { Range: `bytes=${range.start}-${Number.isFinite(range.end) ? range.end - 1 : ''}` } : {}),
    ...(range && validator ? { 'If-Range': validator.value } : {}),
    ...(isFresh ? { 'Cache-Control': 'no-cache' } : {}),
  };
}

/** Custom headers may be secrets: only the origin that they were written for gets them, and only where nobody else led there. */
function isForFirstOrigin({ urls }: FetchRequest, { url, landing }: Source): boolean {
  return new URL(urls[0] ?? '').origin === url.origin && (landing?.isSameOrigin ?? true);
}

function finiteEnd(end: number): number | null {
  return Number.isFinite(end) ? end : null;
}
