// One request of a transfer and the verdict on its response head.
import type { FetchRequest } from '../assets/request';
import { displayHost } from '../assets/redact';
import type { HttpClient, HttpResponse } from './http';
import { openFollowing, type RedirectHop } from './redirects';
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

export interface Answer {
  readonly response: HttpResponse;
  readonly action: ResponseAction;
  readonly finalUrl: URL;
  readonly hops: readonly RedirectHop[];
}

/** What the transfer knows and wants, of which the exchange makes the rest of an Expectation. */
export type Known = Pick<Expectation, 'object' | 'heldBytes'>;

/** Sends one GET, follows its redirects and judges the answer. Raises what `openFollowing` raises; the caller ends the response. */
export async function exchange(
  client: HttpClient,
  request: FetchRequest,
  question: Question,
  known: Known,
): Promise<Answer> {
  const url = question.source.finalUrl ?? question.source.url;
  const { response, finalUrl, hops } = await openFollowing(client, {
    url,
    headers: requestHeaders(request, question, url),
    signal: question.signal,
    addressPolicy: { source: request.source, allowedPrivateHosts: request.allowedPrivateHosts, redirectedFrom: null },
  });
  const action = judgeResponse(response.head, {
    ...known,
    host: displayHost(finalUrl),
    urlFileName: finalUrl.pathname.slice(finalUrl.pathname.lastIndexOf('/') + 1),
    asked: question.range && { start: question.range.start, end: finiteEnd(question.range.end) },
    expectedBytes: request.sizeBytes,
    maxBytes: request.maxSizeBytes,
    hasGivenHash: request.integrity.length > 0,
    wasRedirected: hops.length > 0 || question.source.finalUrl?.href !== question.source.url.href,
    wallClockMs: Date.now(),
  });
  return { response, action, finalUrl, hops };
}

function requestHeaders(
  request: FetchRequest,
  { range, validator, isFresh }: Question,
  url: URL,
): Record<string, string> {
  return {
    ...(isFirstOrigin(request, url) ? request.headers : {}),
    ...(range ? { Range: `bytes=${range.start}-${Number.isFinite(range.end) ? range.end - 1 : ''}` } : {}),
    ...(range && validator ? { 'If-Range': validator.value } : {}),
    ...(isFresh ? { 'Cache-Control': 'no-cache' } : {}),
  };
}

/** Custom headers may be secrets: only the origin that they were written for gets them. */
function isFirstOrigin(request: FetchRequest, url: URL): boolean {
  return new URL(request.urls[0] ?? '').origin === url.origin;
}

function finiteEnd(end: number): number | null {
  return Number.isFinite(end) ? end : null;
}
