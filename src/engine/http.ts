// HTTP/1.1 requests on kept connections, body bytes by callback. The only importer of undici. Redirects, retries and the idle
// watchdog of bodies are left to others.
import type { Socket } from 'node:net';
import Client from 'undici/lib/dispatcher/client.js';
import { FetchError } from '../assets/fetchError';
import type { AddressPolicy } from './addressPolicy';
import { Connector, showProxy, type Route } from './connector';
import { resolveHost, type ResolveHost } from './dial';
import { HttpConnection, type SingleClient } from './httpConnection';
import type { HttpResponse } from './httpResponse';
import { refuseProxyStatus } from './httpTunnel';
import type { NetworkOptions } from './networkOptions';
import { chooseProxy, type ProxyDecision } from './proxy';
import { requireSendable, withHeaders } from './requestHeaders';
import { makeChunkCollector } from './chunkCollector';

export interface HttpRequest {
  /** http(s). Userinfo is ignored here: redirects.ts turns it into a header. The fragment is not sent. */
  readonly url: URL;
  /** Without `User-Agent` and `Accept-Encoding: identity`, which are always sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the request, its body included; what is under way rejects with `cancelled`. */
  readonly signal: AbortSignal;
  readonly addressPolicy: AddressPolicy;
}

/** Sends requests and keeps their connections for the next one to the same origin. Has to be disposed. */
export class HttpClient {
  readonly #connector: Connector;
  readonly #connections = new Set<HttpConnection>();
  readonly #onGarbage = makeChunkCollector();

  /** `resolve` looks names up; the system's resolver unless another is given. */
  constructor(
    readonly options: NetworkOptions,
    resolve: ResolveHost = resolveHost,
  ) {
    this.#connector = new Connector(options, resolve);
  }

  /**
   * Sends a GET and resolves when the head of the final response (2xx–5xx) is in. Limits on the number of connections are the
   * caller's. A kept connection that turns out to be dead is replaced once, without a word.
   * @throws FetchError `invalidRequest`, `unsupportedUrl`, `untrusted` (address refused), `nameUnresolved`, `connectFailed`,
   * `tlsFailed`, `timedOut` (connecting, or no head), `protocolViolation`, `cancelled`
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    checkUrl(request.url);
    requireSendable(request.headers);
    const proxy = chooseProxy(request.url, this.options.proxy, this.options.environment);
    const route: Route = { url: request.url, proxy, addressPolicy: request.addressPolicy };
    const response = (await this.#sendOnKept(request, route)) ?? (await this.#sendOnNew(request, route));
    if (!isPlainProxy(proxy, request.url) || response.head.status !== 407) return response;
    response.abort();
    throw refuseProxyStatus(showProxy(proxy), request.url.host, 407);
  }

  /** Closes every connection; requests under way reject with `cancelled`. */
  async dispose(): Promise<void> {
    this.#connector.dispose();
    await Promise.all([...this.#connections].map((connection) => connection.dispose()));
  }

  /** Null: there is no kept connection, or the one tried had been closed by the server meanwhile (RFC 9112 §9.3.1). */
  async #sendOnKept(request: HttpRequest, route: Route): Promise<HttpResponse | null> {
    const kept = [...this.#connections].find((connection) => connection.canServe(route));
    if (kept === undefined) return null;
    try {
      return await this.#send(kept, request, route);
    } catch (error) {
      if (error instanceof FetchError && error.code === 'connectFailed') return null;
      throw error;
    }
  }

  async #sendOnNew(request: HttpRequest, route: Route): Promise<HttpResponse> {
    const opened = await this.#connector.open(route, request.signal);
    const makeClient = () => createClient(request.url, opened.socket);
    const connection = new HttpConnection(route, opened, makeClient, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    return this.#send(connection, request, route);
  }

  #send(connection: HttpConnection, request: HttpRequest, route: Route): Promise<HttpResponse> {
    const { userAgent, headersTimeoutMs } = this.options;
    const { url, signal } = request;
    const asked = withHeaders({ Host: url.host, 'User-Agent': userAgent }, request.headers);
    const headers = withHeaders(asked, { 'Accept-Encoding': 'identity' });
    const path = `${url.pathname}${url.search}`;
    const { proxy } = route;
    if (!isPlainProxy(proxy, url))
      return connection.send(path, headers, { signal, headersTimeoutMs, onGarbage: this.#onGarbage });
    const proxyHeaders = proxy.authorization === null ? {} : { 'Proxy-Authorization': proxy.authorization };
    return connection.send(
      `${url.origin}${path}`,
      { ...headers, ...proxyHeaders },
      { signal, headersTimeoutMs, onGarbage: this.#onGarbage },
    );
  }
}

type HttpProxy = Extract<ProxyDecision, { authorization: string | null }>;

/** Whether the request itself goes to the proxy: by absolute form, as squid's default forbids tunnels to port 80 (RFC 9112 §3.2.2). */
function isPlainProxy(proxy: ProxyDecision, url: URL): proxy is HttpProxy {
  return (proxy.kind === 'http' || proxy.kind === 'https') && url.protocol === 'http:';
}

function checkUrl(url: URL): void {
  if (url.protocol === 'http:' || url.protocol === 'https:') return;
  const message = `${url.protocol} URLs can't be fetched, only http: and https: ones.`;
  throw new FetchError('unsupportedUrl', message, { isFinal: true });
}

/** Enough for any sensible head; signed redirects can be long. */
const MOST_HEAD_BYTES = 64 * 1024;

/** A client for one open socket. Where undici wants a second one the first is gone, and the request fails instead. */
function createClient(url: URL, socket: Socket): SingleClient {
  let waiting: Socket | null = socket;
  return new Client(`http://${url.host}`, {
    pipelining: 1,
    // Coarse (about a second) and blind under back-pressure: the engine keeps its own watchdogs.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MOST_HEAD_BYTES,
    connect: (_options, callback) => {
      const next = waiting;
      waiting = null;
      // undici does not expect the answer before its own call returns.
      queueMicrotask(() =>
        next === null ? callback(new Error('the connection is gone'), null) : callback(null, next),
      );
    },
  });
}
