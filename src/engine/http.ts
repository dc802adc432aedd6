// HTTP/1.1 requests on kept connections, body bytes by callback. The only importer of undici. Redirects, retries and the idle
// watchdog of bodies are left to others.
import type { EngineConfig } from '../bridge/protocol';
import type { AddressKind, AddressPolicy } from './addressPolicy';
import type { ResponseHead } from './responseHeaders';

export type { ResponseHead, ResponseHeaders } from './responseHeaders';

/** The part of the engine's settings that the network needs, and its surroundings. */
export interface NetworkOptions extends Pick<
  EngineConfig,
  'connectTimeoutMs' | 'headersTimeoutMs' | 'proxy' | 'extraCertificates' | 'useSystemCertificates' | 'userAgent'
> {
  /** Where proxy variables are looked up; usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface HttpRequest {
  /** http(s). Userinfo is ignored here: redirects.ts turns it into a header. The fragment is not sent. */
  readonly url: URL;
  /** Without `User-Agent` and `Accept-Encoding: identity`, which are always sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request, its body included; what is under way rejects with `cancelled`. */
  readonly signal: AbortSignal;
  readonly addressPolicy: AddressPolicy;
}

/** The connection that a response came over, for judging redirects and for diagnosis. */
export interface ConnectionFacts {
  /** Address dialled: the origin's, or with a proxy the proxy's. */
  readonly address: string;
  /** Network that the origin lies in; behind a proxy what its name tells, else `public`. */
  readonly originKind: AddressKind;
  /** Proxy as `http://host:port`, without credentials; null for a direct connection. */
  readonly proxy: string | null;
  /** Whether an earlier response came over the same connection. */
  readonly isReused: boolean;
  readonly tls: TlsFacts | null;
}

export interface TlsFacts {
  /** Like `TLSv1.3`. */
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate writes it: `Jun  1 12:00:00 2030 GMT`. */
  readonly validTo: string;
}

/** A response whose head is in; its body does not flow until `read`. End it with `read`, `discard` or `abort`. */
export interface HttpResponse {
  readonly head: ResponseHead;
  readonly connection: ConnectionFacts;
  /**
   * Feeds the body's chunks in order until its end. Each chunk belongs to the callee (no copies). To be called once.
   * Resolves `complete` where Content-Length or chunked framing ended properly, `closed` where only the end of the
   * connection delimits the body (RFC 9112 §6.3 rule 8), which cannot be told from a cut.
   * @throws FetchError `truncated`, `protocolViolation`, `connectFailed`, `cancelled`; what `onChunk` throws ends the response
   */
  read(onChunk: (chunk: Buffer) => void): Promise<'complete' | 'closed'>;
  /** Stops chunks; one that is parsed already may still come. The kernel then holds the sender back. */
  pause(): void;
  resume(): void;
  /** Ends at once; the connection is not used again. `read` rejects with `reason`, by default `cancelled`. */
  abort(reason?: unknown): void;
  /** Gives up the body: a short one is drained so that its connection can be used again, any other is aborted. Instead of `read`. */
  discard(): void;
}

/** Sends requests and keeps their connections for the next one to the same origin. Has to be disposed. */
export class HttpClient {
  constructor(readonly options: NetworkOptions) {}

  /**
   * Sends a GET and resolves when the head of the final response (2xx–5xx) is in. Limits on the number of connections are the
   * caller's. A kept connection that turns out to be dead is replaced once, without a word.
   * @throws FetchError `invalidRequest`, `unsupportedUrl`, `untrusted` (address refused), `nameUnresolved`, `connectFailed`,
   * `tlsFailed`, `timedOut` (connecting, or no head), `protocolViolation`, `cancelled`
   */
  request(request: HttpRequest): Promise<HttpResponse> {
    return Promise.reject(new Error(`not yet: ${request.url.host}`));
  }

  /** Closes every connection; requests under way reject with `cancelled`. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
