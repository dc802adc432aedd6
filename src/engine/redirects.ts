// Follows redirects by hand: what may be sent to the next host, and whether to go there at all. RFC 9110 §15.4.
import type { AddressPolicy } from './addressPolicy';
import type { HttpClient, HttpResponse } from './http';
import type { ResponseHead } from './responseHeaders';

export interface FollowRequest {
  /** http(s); userinfo becomes Basic credentials for that origin. */
  readonly url: URL;
  /** Sent to the first origin. On another origin only range, validator and accept headers survive. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Of the first request; `redirectedFrom` is filled in for the following ones. */
  readonly addressPolicy: AddressPolicy;
}

/** One response on the way that redirected. */
export interface RedirectHop {
  readonly url: URL;
  readonly head: ResponseHead;
}

export interface FollowedResponse {
  /** The response that is no redirect. The caller ends it. */
  readonly response: HttpResponse;
  /** URL that answered; without userinfo. */
  readonly finalUrl: URL;
  /** Redirects in order; empty: the first URL answered. */
  readonly hops: readonly RedirectHop[];
}

/**
 * Requests a URL and follows at most ten redirects. Bodies of redirects are never handed on.
 * @throws FetchError `tooManyRedirects`, `insecureRedirect` (https to http), `unsupportedUrl` (target not http(s)),
 * `protocolViolation` (no target, two of them, or one that is no URL; a 3xx that is no redirect), and what `HttpClient.request` raises
 */
export function openFollowing(client: HttpClient, request: FollowRequest): Promise<FollowedResponse> {
  return Promise.reject(new Error(`not yet: ${client.options.userAgent} ${request.url.host}`));
}
