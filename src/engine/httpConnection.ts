// One open connection and the exchanges that run on it, one after the other. Which connection to take is http.ts.
import type { Socket } from 'node:net';
import { classifyAddress, isAddressAllowed } from './addressPolicy';
import { showProxy, type OpenConnection, type Route } from './connector';
import type { ConnectionFacts, HttpResponse } from './http';
import { HttpExchange } from './httpExchange';
import type { Peer } from './networkErrors';

/** The part of undici's client that is used here. */
export interface SingleClient {
  dispatch(options: { path: string; method: 'GET'; headers: Record<string, string> }, handler: HttpExchange): boolean;
  destroy(error: Error | null): Promise<void>;
  on(event: 'disconnect', listener: () => void): unknown;
}

export interface SendOptions {
  readonly signal: AbortSignal;
  readonly headersTimeoutMs: number;
}

/** A connection; gone as soon as its socket is. Has to be disposed where that does not happen by itself. */
export class HttpConnection {
  readonly #facts: ConnectionFacts;
  readonly #socket: Socket;
  readonly #routeKey: string;
  readonly #peer: Peer;
  #exchange: HttpExchange | null = null;
  #isUsed = false;
  #isGone = false;

  /** `onGone` is called once, when the connection can't be used any more. */
  constructor(
    route: Route,
    { socket, facts }: OpenConnection,
    readonly client: SingleClient,
    onGone: () => void,
  ) {
    this.#facts = facts;
    this.#socket = socket;
    this.#routeKey = routeKey(route);
    this.#peer = { host: route.url.host, proxy: null };
    client.on('disconnect', () => {
      this.#isGone = true;
      onGone();
      void client.destroy(null);
    });
    socket.prependListener('end', () => this.#exchange?.releaseAtEnd());
    socket.prependListener('error', (error) => this.#hideResetFromParser(error));
  }

  /** Whether a request can go over this connection now: it is idle, leads there, and its address is allowed. */
  canServe(route: Route): boolean {
    const isFree = this.#exchange === null && !this.#isGone && !this.#socket.destroyed;
    if (!isFree || this.#routeKey !== routeKey(route)) return false;
    const kind = route.proxy.kind === 'direct' ? classifyAddress(this.#facts.address) : this.#facts.originKind;
    return isAddressAllowed(route.addressPolicy, route.url, kind);
  }

  /** Sends a GET. Rejects as `HttpClient.request` does; `connectFailed` on a kept connection means that it was dead. */
  send(path: string, headers: Record<string, string>, options: SendOptions): Promise<HttpResponse> {
    const exchange = new HttpExchange({
      ...options,
      peer: this.#peer,
      connection: { ...this.#facts, isReused: this.#isUsed },
      onEnd: () => {
        this.#exchange = null;
      },
    });
    this.#exchange = exchange;
    this.#isUsed = true;
    return exchange.open(() => this.client.dispatch({ path, method: 'GET', headers }, exchange));
  }

  async dispose(): Promise<void> {
    this.#isGone = true;
    this.#exchange?.abort();
    await this.client.destroy(null);
  }

  /**
   * On a reset undici asks its parser whether the body was complete, and asserts that it is not paused (7.30): with back-pressure on,
   * that ends the process. Under another code it takes the ordinary way and fails the request.
   */
  #hideResetFromParser(error: NodeJS.ErrnoException): void {
    if (error.code === 'ECONNRESET' && this.#exchange?.isPaused === true) error.code = 'EPIPE';
  }
}

function routeKey({ url, proxy }: Route): string {
  return `${url.origin} ${proxy.kind === 'direct' ? '' : showProxy(proxy)}`;
}
