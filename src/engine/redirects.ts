// Follows redirects by hand: what may be sent to the next host, and whether to go there at all. RFC 9110 §15.4.
import { FetchError } from '../assets/fetchError';
import type { AddressPolicy } from './addressPolicy';
import type { ConnectionFacts } from './connectionFacts';
import type { HttpClient } from './http';
import type { HttpResponse } from './httpResponse';
import { basicAuthorization, decodeUserinfo } from './proxy';
import { hasHeader, headersForOtherOrigin, type RequestHeaders } from './requestHeaders';
import type { ResponseHead } from './responseHeaders';

export interface FollowRequest {
  /** http(s); userinfo becomes Basic credentials for that origin. */
  readonly url: URL;
  /** Sent to the first origin. On another origin only range, validator and accept headers survive. */
  readonly headers: RequestHeaders;
  readonly signal: AbortSignal;
  /** Of the first request; `redirectedFrom` is filled in for the following ones. */
  readonly addressPolicy: AddressPolicy;
}

/** One response on the way that redirected. */
export interface RedirectHop {
  /** Where it was asked for; without userinfo. */
  readonly url: URL;
  readonly head: ResponseHead;
  readonly connection: ConnectionFacts;
}

export interface FollowedResponse {
  /** The response that is no redirect. The caller ends it. */
  readonly response: HttpResponse;
  /** URL that answered; without userinfo. */
  readonly finalUrl: URL;
  /** Redirects in order; empty: the first URL answered. */
  readonly hops: readonly RedirectHop[];
  /** Where they led; null without any. */
  readonly landing: Landing | null;
}

/** Where redirects led, with all that has to be known to ask there at once the next time. */
export interface Landing {
  /** With the userinfo of the first URL, where that may be sent there. */
  readonly url: URL;
  /** Whether no redirect left the first origin. Elsewhere neither credentials nor custom headers are sent: a foreign server chose it. */
  readonly isSameOrigin: boolean;
  /** Which kind of server had its say about it. */
  readonly redirectedFrom: AddressPolicy['redirectedFrom'];
}

/** RFC 9110 asks clients to detect circles; browsers stop at 20, aria2 at 20, libraries between 5 and 10. */
const MOST_REDIRECTS = 10;
const FOLLOWED_STATUS = new Set([301, 302, 303, 307, 308]);

/**
 * Requests a URL and follows at most ten redirects. Bodies of redirects are never handed on. There is no cookie jar.
 * @throws FetchError `tooManyRedirects` (also for a circle), `insecureRedirect` (https to http), `unsupportedUrl` (target not http(s)),
 * `protocolViolation` (no target, two of them, or one that is no URL; a 3xx that is no redirect), and what `HttpClient.request` raises
 */
export async function openFollowing(client: HttpClient, request: FollowRequest): Promise<FollowedResponse> {
  const hops: RedirectHop[] = [];
  let next = firstRequest(request);
  for (;;) {
    const response = await client.request(next);
    const { status } = response.head;
    if (status < 300 || status > 399)
      return { response, finalUrl: next.url, hops, landing: landAt(next, request, hops) };
    const isDrained = response.discard();
    const hop = { url: next.url, head: response.head, connection: response.connection };
    const target = readTarget(hop);
    hops.push(hop);
    checkTarget(target, hops);
    // The same server is asked again: worth a moment to keep its connection.
    if (target.origin === next.url.origin) await isDrained;
    next = followUp(next, target, hop.connection);
  }
}

function landAt(
  { url, addressPolicy }: FollowRequest,
  first: FollowRequest,
  hops: readonly RedirectHop[],
): Landing | null {
  if (hops.length === 0) return null;
  const isSameOrigin = [url, ...hops.map((hop) => hop.url)].every(({ origin }) => origin === first.url.origin);
  const landed = new URL(url);
  if (isSameOrigin) [landed.username, landed.password] = [first.url.username, first.url.password];
  return { url: landed, isSameOrigin, redirectedFrom: addressPolicy.redirectedFrom };
}

/** Userinfo leaves the URL here: nothing behind this point sees it but as a header. */
function firstRequest(request: FollowRequest): FollowRequest {
  const url = withoutUserinfo(request.url);
  const { username, password } = request.url;
  if ((username === '' && password === '') || hasHeader(request.headers, 'authorization')) return { ...request, url };
  const credentials = { username: decodeUserinfo(username), password: decodeUserinfo(password) };
  return { ...request, url, headers: { ...request.headers, Authorization: basicAuthorization(credentials) } };
}

/** What was dropped once stays dropped: a foreign server must not choose what our credentials are used for. */
function followUp(request: FollowRequest, target: URL, { originKind }: ConnectionFacts): FollowRequest {
  const isSameOrigin = target.origin === request.url.origin;
  const headers = isSameOrigin ? request.headers : headersForOtherOrigin(request.headers);
  const redirectedFrom = mostPublic(request.addressPolicy.redirectedFrom, originKind);
  return { ...request, url: target, headers, addressPolicy: { ...request.addressPolicy, redirectedFrom } };
}

/** Once a public server had its say, the rest of the chain is its choice. */
function mostPublic(
  earlier: AddressPolicy['redirectedFrom'],
  now: ConnectionFacts['originKind'],
): ConnectionFacts['originKind'] {
  return earlier === 'public' ? 'public' : now;
}

function readTarget({ url, head }: RedirectHop): URL {
  const { status, headers } = head;
  if (!FOLLOWED_STATUS.has(status)) throw badRedirect(url, `answered ${status} where a file was expected`);
  const [first, ...others] = headers.all('location');
  if (first === undefined) throw badRedirect(url, `redirected (${status}) without saying where to`);
  if (others.some((other) => other !== first))
    throw badRedirect(url, `redirected (${status}) to several places at once`);
  return parseLocation(first, url);
}

function parseLocation(location: string, base: URL): URL {
  const text = decodeUtf8(location);
  // The URL parser drops line breaks and takes `\\host` for `//host`; whoever writes such a target is up to something.
  if (/[\u0000-\u001f\u007f]/.test(text)) throw badRedirect(base, 'redirected to a target with control characters');
  if (text.startsWith('\\')) throw unsupported(base, 'a network share');
  if (!URL.canParse(text, base.href)) throw badRedirect(base, 'redirected to something that is no URL');
  const target = withoutUserinfo(new URL(text, base));
  // RFC 9110 §10.2.2.
  if (target.hash === '') target.hash = base.hash;
  return target;
}

function checkTarget(target: URL, hops: readonly RedirectHop[]): void {
  const from = hops.at(-1)?.url ?? target;
  if (target.protocol !== 'http:' && target.protocol !== 'https:') throw unsupported(from, `a ${target.protocol} URL`);
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    const message = `${from.host} redirected from https to http (${target.host}), where others can read and change the file. Nothing was sent there.`;
    throw new FetchError('insecureRedirect', message, { host: target.host, isFinal: true });
  }
  const isCircle = hops.some(({ url }) => url.href === target.href);
  if (!isCircle && hops.length <= MOST_REDIRECTS) return;
  const what = isCircle ? 'redirects in a circle' : `redirects more than ${MOST_REDIRECTS} times`;
  throw new FetchError('tooManyRedirects', `${from.host} ${what}.`, { host: from.host, isFinal: true });
}

/** Header values come as Latin-1; servers write non-ASCII targets as raw UTF-8. */
function decodeUtf8(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

function withoutUserinfo(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function badRedirect({ host }: URL, what: string): FetchError {
  return new FetchError('protocolViolation', `${host} ${what}.`, { host, isFinal: true });
}

function unsupported({ host }: URL, what: string): FetchError {
  const message = `${host} redirected to ${what}; only http: and https: URLs can be fetched.`;
  return new FetchError('unsupportedUrl', message, { host, isFinal: true });
}
