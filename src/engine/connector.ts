// Opens connections: dials the origin or its proxy, asks for the tunnel, secures it. One deadline over all of it. Keeping
// connections and speaking HTTP on them is http.ts.
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { FetchError } from '../assets/fetchError';
import {
  classifyAddress,
  classifyHostname,
  isAddressAllowed,
  refuseAddress,
  type AddressPolicy,
} from './addressPolicy';
import type { ConnectionFacts } from './connectionFacts';
import { dial, type DialedSocket, type DialTarget, type ResolveHost } from './dial';
import { openTunnel } from './httpTunnel';
import { asCancelled, translateDialError, translateTlsError, type Peer } from './networkErrors';
import type { NetworkOptions } from './networkOptions';
import type { ProxyDecision } from './proxy';
import { BlockPool, type SocketReading } from './socketReading';
import { connectThroughSocks5 } from './socks5';
import { bareHostname } from './ipAddress';
import { readTlsFacts, secureOver, shakeHands, tlsOptions, type TlsPeer } from './tlsHandshake';
import { createTrustContext } from './trustedRoots';

export interface Route {
  readonly url: URL;
  readonly proxy: ProxyDecision;
  readonly addressPolicy: AddressPolicy;
}

export interface OpenConnection {
  readonly socket: Socket;
  /** Where the socket's bytes can be diverted; null where TLS lies over another socket. */
  readonly reading: SocketReading | null;
  readonly facts: ConnectionFacts;
}

type Proxy = Exclude<ProxyDecision, { kind: 'direct' }>;

/** Opens connections to origins; holds the trusted roots. Has to be disposed. */
export class Connector {
  #trust: SecureContext | null = null;
  readonly #pool = new BlockPool();
  readonly #opening = new Set<AbortController>();

  constructor(
    readonly options: NetworkOptions,
    readonly resolveHost: ResolveHost,
  ) {}

  /**
   * A connection over which HTTP with the origin can begin (with an HTTP proxy and an http origin: HTTP with the proxy).
   * @throws FetchError `untrusted`, `nameUnresolved`, `connectFailed`, `tlsFailed`, `timedOut`, `cancelled`, `invalidRequest`
   */
  async open(route: Route, signal: AbortSignal): Promise<OpenConnection> {
    const { connectTimeoutMs } = this.options;
    const step = new AbortController();
    const onAbort = () => step.abort(asCancelled(signal.reason));
    const deadline = setTimeout(() => step.abort(connectTimedOut(route, connectTimeoutMs)), connectTimeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#opening.add(step);
    try {
      return await this.#open(route, step.signal);
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      this.#opening.delete(step);
    }
  }

  /** Gives up what is being opened; it rejects with `cancelled`. */
  dispose(): void {
    for (const step of this.#opening) step.abort(asCancelled(undefined));
  }

  async #open({ url, proxy, addressPolicy }: Route, signal: AbortSignal): Promise<OpenConnection> {
    requireNameLength(url);
    if (proxy.kind === 'direct') return this.#openDirect(url, addressPolicy, signal);
    const originKind = classifyHostname(bareHostname(url)) ?? 'public';
    if (!isAddressAllowed(addressPolicy, url, originKind)) throw refuseAddress(addressPolicy, url, originKind);
    const { socket, reading } = await this.#openProxied(url, proxy, signal);
    const facts = { address: socket.remoteAddress ?? '', proxy: showProxy(proxy), isReused: false, originKind };
    if (url.protocol === 'http:') return { socket, reading, facts: { ...facts, tls: null } };
    const secured = secureOver(socket, this.#tlsPeer(bareHostname(url), true));
    await handshake(secured, originPeer(url), signal);
    return { socket: secured, reading: null, facts: { ...facts, tls: readTlsFacts(secured) } };
  }

  async #openDirect(url: URL, addressPolicy: AddressPolicy, signal: AbortSignal): Promise<OpenConnection> {
    const origin = originPeer(url);
    const tls = url.protocol === 'https:' ? tlsOptions(this.#tlsPeer(bareHostname(url), true)) : null;
    const target = originTarget(url, addressPolicy, { pool: this.#pool, tls });
    const { socket, reading } = await dialPeer(target, this.resolveHost, origin, signal);
    const address = socket.remoteAddress ?? '';
    const facts = { address, proxy: null, isReused: false, originKind: classifyAddress(address) };
    if (!(socket instanceof TLSSocket)) return { socket, reading, facts: { ...facts, tls: null } };
    await handshake(socket, origin, signal);
    return { socket, reading, facts: { ...facts, tls: readTlsFacts(socket) } };
  }

  /** Through a proxy as far as a byte stream to the origin; to the proxy itself where it takes plain HTTP requests. */
  async #openProxied(url: URL, proxy: Proxy, signal: AbortSignal): Promise<DialedSocket> {
    const peer: Peer = { host: proxy.url.host, proxy: showProxy(proxy) };
    const hostname = bareHostname(proxy.url);
    const isTlsOver = url.protocol === 'https:';
    const tls = proxy.kind === 'https' ? tlsOptions(this.#tlsPeer(hostname, this.options.proxy.strictSsl)) : null;
    const pool = isTlsOver ? null : this.#pool;
    const target = { hostname, port: proxy.port, filterAddresses: <T>(all: T) => all, pool, tls };
    const dialed = await dialPeer(target, this.resolveHost, peer, signal);
    const { socket } = dialed;
    try {
      if (socket instanceof TLSSocket) await handshake(socket, peer, signal);
      await this.#askProxy(socket, url, proxy, signal);
      return dialed;
    } catch (error) {
      socket.destroy();
      throw translateDialError(error, peer);
    }
  }

  async #askProxy(socket: Socket, url: URL, proxy: Proxy, signal: AbortSignal): Promise<void> {
    const shown = showProxy(proxy);
    if (proxy.kind === 'socks5') {
      const { credentials } = proxy;
      const request = { hostname: bareHostname(url), port: effectivePort(url), credentials, proxy: shown };
      await connectThroughSocks5(socket, request, signal);
    } else if (url.protocol === 'https:') {
      const authority = `${url.hostname}:${effectivePort(url)}`;
      const { authorization } = proxy;
      await openTunnel(socket, { authority, authorization, userAgent: this.options.userAgent, proxy: shown }, signal);
    }
  }

  #tlsPeer(host: string, rejectUnauthorized: boolean): TlsPeer {
    this.#trust ??= createTrustContext(this.options);
    return { secureContext: this.#trust, rejectUnauthorized, host };
  }
}

async function handshake(socket: TLSSocket, peer: Peer, signal: AbortSignal): Promise<void> {
  try {
    await shakeHands(socket, signal);
  } catch (error) {
    throw translateTlsError(error, peer);
  }
}

async function dialPeer(
  target: DialTarget,
  resolve: ResolveHost,
  peer: Peer,
  signal: AbortSignal,
): Promise<DialedSocket> {
  try {
    return await dial(target, resolve, signal);
  } catch (error) {
    throw translateDialError(error, peer);
  }
}

function originTarget(url: URL, policy: AddressPolicy, socket: Pick<DialTarget, 'pool' | 'tls'>): DialTarget {
  return {
    ...socket,
    hostname: bareHostname(url),
    port: effectivePort(url),
    filterAddresses(addresses) {
      const allowed = addresses.filter(({ address }) => isAddressAllowed(policy, url, classifyAddress(address)));
      const [refused] = addresses;
      if (allowed.length > 0 || refused === undefined) return allowed;
      throw refuseAddress(policy, url, classifyAddress(refused.address));
    },
  };
}

function originPeer({ host }: URL): Peer {
  return { host, proxy: null };
}

/** How people see a proxy: without credentials. */
export function showProxy({ url, port }: Proxy): string {
  return `${url.protocol}//${url.hostname}:${port}`;
}

function connectTimedOut({ url, proxy }: Route, timeoutMs: number): FetchError {
  const through = proxy.kind === 'direct' ? '' : ` through the proxy ${showProxy(proxy)}`;
  const message = `Connecting to ${url.host}${through} took longer than ${timeoutMs / 1000} s.`;
  return new FetchError('timedOut', message, { host: url.host });
}

/** RFC 1035 §2.3.4; the closing dot does not count. Proxies would be the first to see a longer one. */
function requireNameLength({ hostname }: URL): void {
  if (hostname.replace(/\.$/, '').length <= 253) return;
  const message = `The host name ${hostname.slice(0, 40)}… is longer than the 253 characters that a name can have.`;
  throw new FetchError('invalidRequest', message, { isFinal: true });
}

function effectivePort(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
