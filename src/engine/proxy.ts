// Chooses the way to a URL: directly or through which proxy, and says why. Pure; the dialling is connector.ts.
import { FetchError } from '../assets/fetchError';
import type { ProxySettings } from '../bridge/protocol';
import { findNoProxyEntry, splitNoProxy } from './noProxy';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProxyCredentials {
  readonly username: string;
  readonly password: string;
}

/** `why` is a sentence for people; it holds no credentials. */
export type ProxyDecision =
  | { readonly kind: 'direct'; readonly why: string }
  | {
      readonly kind: 'http' | 'https' | 'socks5';
      /** The proxy's URL without userinfo; its port is always explicit in `port`. */
      readonly url: URL;
      readonly port: number;
      /** Value of Proxy-Authorization for HTTP proxies; never for the origin. */
      readonly authorization: string | null;
      /** For SOCKS5 (RFC 1929). */
      readonly credentials: ProxyCredentials | null;
      readonly why: string;
    };

const kindByProtocol: Readonly<Record<string, { kind: 'http' | 'https' | 'socks5'; port: number }>> = {
  'http:': { kind: 'http', port: 80 },
  'https:': { kind: 'https', port: 443 },
  'socks:': { kind: 'socks5', port: 1080 },
  'socks5:': { kind: 'socks5', port: 1080 },
  'socks5h:': { kind: 'socks5', port: 1080 },
};

/**
 * The way to `url`. A set proxy goes before the environment; there the scheme's own variable before ALL_PROXY and lower case
 * before upper case, as in curl. Nothing is exempt but what NO_PROXY (or `noProxy`) names.
 * @throws FetchError `invalidRequest` where the proxy's own URL is wrong; its text is not repeated, as it may hold a password
 */
export function chooseProxy(url: URL, settings: ProxySettings, environment: Environment): ProxyDecision {
  if (settings.url !== null && settings.url.trim() !== '') {
    const exempt = findNoProxyEntry(url, settings.noProxy);
    if (exempt !== null) return { kind: 'direct', why: `the no-proxy list names ${exempt}` };
    return readProxy(settings.url, settings.authorization, 'the proxy setting');
  }
  if (!settings.useEnvironment) return { kind: 'direct', why: 'no proxy is set' };
  return chooseFromEnvironment(url, settings, environment);
}

function chooseFromEnvironment(url: URL, settings: ProxySettings, environment: Environment): ProxyDecision {
  const scheme = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const variable = findVariable(environment, scheme) ?? findVariable(environment, 'all_proxy');
  if (variable === null) return { kind: 'direct', why: 'no proxy is set' };
  const noProxy = findVariable(environment, 'no_proxy');
  const exempt = findNoProxyEntry(url, [...settings.noProxy, ...splitNoProxy(noProxy?.value ?? '')]);
  if (exempt !== null) return { kind: 'direct', why: `${noProxy?.name ?? 'the no-proxy list'} names ${exempt}` };
  return readProxy(variable.value, settings.authorization, variable.name);
}

/** A variable by its lower-case name, else its upper-case one; empty counts as not set. */
function findVariable(environment: Environment, lowerCaseName: string): { name: string; value: string } | null {
  for (const name of [lowerCaseName, lowerCaseName.toUpperCase()]) {
    const value = environment[name]?.trim() ?? '';
    // On a CGI server HTTP_PROXY is the client's `Proxy:` header (CVE-2016-5385).
    const isForged = name === 'HTTP_PROXY' && environment['REQUEST_METHOD'] !== undefined;
    if (value !== '' && !isForged) return { name, value };
  }
  return null;
}

function readProxy(text: string, authorization: string | null, origin: string): ProxyDecision {
  const url = parseProxyUrl(text.trim(), origin);
  const known = kindByProtocol[url.protocol];
  if (known === undefined) throw invalidProxy(`${origin} has the scheme ${url.protocol.slice(0, -1)}`);
  // It is written into CONNECT as it stands: a line break would begin a header, or a request, of its own.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(authorization ?? '')) {
    throw invalidProxy('the authorization for the proxy holds a line break or the like', 'Give it as one line');
  }
  const credentials = readCredentials(url, authorization);
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return {
    kind: known.kind,
    url: bare,
    port: url.port === '' ? known.port : Number(url.port),
    authorization: authorization ?? (credentials === null ? null : basicAuthorization(credentials)),
    credentials,
    why: `${origin} says so`,
  };
}

/** Proxies are often written without a scheme: `proxy.example:3128` is an HTTP proxy. */
function parseProxyUrl(text: string, origin: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) throw invalidProxy(`${origin} is no URL`);
  const url = new URL(full);
  if (url.hostname === '') throw invalidProxy(`${origin} names no host`);
  return url;
}

function invalidProxy(
  what: string,
  advice = 'Write the proxy as http://, https:// or socks5://, host and port',
): FetchError {
  return new FetchError('invalidRequest', `${what}. ${advice}.`, { isFinal: true });
}

function readCredentials(url: URL, authorization: string | null): ProxyCredentials | null {
  if (url.username !== '') return { username: decodeUserinfo(url.username), password: decodeUserinfo(url.password) };
  const basic = /^basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return null;
  const [username = '', ...password] = Buffer.from(basic, 'base64').toString().split(':');
  return { username, password: password.join(':') };
}

/** Userinfo as its owner meant it; a lone `%` is left as it is. */
export function decodeUserinfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Basic credentials as a header value (RFC 7617, UTF-8). */
export function basicAuthorization({ username, password }: ProxyCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
