// Which addresses a request may be sent to: pure classification and judgement. Resolving and dialling is dial.ts.
import { FetchError } from '../assets/fetchError';
import type { UrlSource } from '../assets/request';
import { bareHostname, isInPrefix, parseIpAddress, parseIpPrefix, type IpPrefix } from './ipAddress';

/** What kind of network an address lies in. `linkLocal` includes the cloud metadata services. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'linkLocal';

/** Who chose the URL of a request, and what that entitles it to reach. */
export interface AddressPolicy {
  readonly source: UrlSource;
  /** Hosts in private networks that a person consented to by name. */
  readonly allowedPrivateHosts: readonly string[];
  /** Kind of network of the server that redirected here; null for the first request. Unknown (behind a proxy) counts as public. */
  readonly redirectedFrom: AddressKind | null;
}

const prefixes = (...texts: string[]): readonly IpPrefix[] => texts.flatMap((text) => parseIpPrefix(text) ?? []);

// IANA special-purpose registries (RFC 6890 and updates). The first match counts: metadata services lie inside other ranges.
const kindsByPrefix: readonly (readonly [AddressKind, readonly IpPrefix[]])[] = [
  // Metadata services: AWS, Azure, GCP and most others; Alibaba; Oracle; Azure's WireServer; AWS and GCP over IPv6.
  [
    'linkLocal',
    prefixes(
      '169.254.0.0/16',
      '100.100.100.200',
      '192.0.0.192',
      '168.63.129.16',
      'fe80::/10',
      'fd00:ec2::/32',
      'fd20:ce::254',
    ),
  ],
  // A connection to 0.0.0.0 or :: reaches this very machine.
  ['loopback', prefixes('127.0.0.0/8', '0.0.0.0/8', '::1', '::')],
  // RFC 1918, CGNAT, protocol assignments, benchmarks, multicast, reserved.
  [
    'private',
    prefixes('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15'),
  ],
  ['private', prefixes('224.0.0.0/4', '240.0.0.0/4')],
  // ULA, site-local, multicast, discard-only, locally assigned NAT64.
  ['private', prefixes('fc00::/7', 'fec0::/10', 'ff00::/8', '100::/64', '64:ff9b:1::/48')],
];

/** Forms of IPv6 that lead to an IPv4 address, and where its bytes stand in them. */
const embeddings: readonly {
  readonly prefixes: readonly IpPrefix[];
  readonly offset: number;
  readonly flip: number;
}[] = [
  // IPv4-mapped, IPv4-translated, NAT64, IPv4-compatible.
  { prefixes: prefixes('::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96', '::/96'), offset: 12, flip: 0 },
  { prefixes: prefixes('2002::/16'), offset: 2, flip: 0 },
  // Teredo writes the client's address inverted.
  { prefixes: prefixes('2001::/32'), offset: 12, flip: 0xff },
];

/** The kind of network of an IP address, in any textual form. What is no address counts as `private`: never by mistake public. */
export function classifyAddress(address: string): AddressKind {
  const bytes = parseIpAddress(address);
  return bytes === null ? 'private' : classifyBytes(bytes);
}

function classifyBytes(bytes: readonly number[]): AddressKind {
  const found = kindsByPrefix.find(([, list]) => list.some((prefix) => isInPrefix(bytes, prefix)));
  if (found !== undefined) return found[0];
  const embedding = embeddings.find((entry) => entry.prefixes.some((prefix) => isInPrefix(bytes, prefix)));
  if (embedding === undefined) return 'public';
  const { offset, flip } = embedding;
  return classifyBytes(bytes.slice(offset, offset + 4).map((byte) => byte ^ flip));
}

/** What a host's name alone tells of its network: a literal address, `localhost`, a well-known metadata name. Null: nothing. */
export function classifyHostname(hostname: string): AddressKind | null {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (parseIpAddress(name) !== null) return classifyAddress(name);
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback';
  return name === 'metadata.google.internal' || name === 'metadata.goog' ? 'linkLocal' : null;
}

/**
 * Whether a request for `url` may go to an address of this kind. A URL that a person gave is their choice. One from a manifest or
 * link never reaches link-local addresses, and others that are not public only with consent that names the host. A redirect
 * from a public server stays in public; one from a private server counts as that server's neighbourhood.
 */
export function isAddressAllowed(policy: AddressPolicy, url: URL, kind: AddressKind): boolean {
  const { source, redirectedFrom } = policy;
  if (kind === 'public') return true;
  if (redirectedFrom === 'public') return false;
  if (redirectedFrom === null && source === 'person') return true;
  if (kind === 'linkLocal') return source === 'person' && redirectedFrom === 'linkLocal';
  return source === 'person' || isConsented(policy, url);
}

function isConsented({ allowedPrivateHosts }: AddressPolicy, url: URL): boolean {
  const names = new Set([url.host, url.hostname, bareHostname(url)].map((name) => name.toLowerCase()));
  return allowedPrivateHosts.some((host) => names.has(host.toLowerCase()));
}

const kindNames: Readonly<Record<AddressKind, string>> = {
  public: 'a public address',
  private: 'an address in a private network',
  loopback: 'this computer',
  linkLocal: 'a link-local address, where cloud machines keep their credentials',
};

/**
 * The error for a request that `isAddressAllowed` refuses. Its code is `untrusted`: nothing is wrong with request or network, but
 * nobody who may decide has consented to this target, and another try changes nothing.
 */
export function refuseAddress(policy: AddressPolicy, url: URL, kind: AddressKind): FetchError {
  const reached = `${url.host} is ${kindNames[kind]}`;
  return new FetchError('untrusted', `${reached}; ${explainRefusal(policy, kind)}`, {
    host: url.host,
    reason: kind,
    isFinal: true,
  });
}

function explainRefusal({ redirectedFrom }: AddressPolicy, kind: AddressKind): string {
  if (redirectedFrom === 'public')
    return 'a redirect from a public server must not lead there. Nothing was sent to it.';
  if (kind === 'linkLocal') return 'only a URL that you type yourself may lead there. Nothing was sent to it.';
  return 'the URL was chosen by a file or page, not by you. Allow this host by name to go there.';
}
