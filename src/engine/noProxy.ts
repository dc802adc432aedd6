// Which hosts are dialled without a proxy: every form of NO_PROXY. Pure; names are never resolved.
import { domainToASCII } from 'node:url';
import { isInPrefix, parseIpAddress, parseIpPrefix, unmapIpv4 } from './ipAddress';

/** Entries of a NO_PROXY value: separated by commas or white space. */
export function splitNoProxy(value: string): string[] {
  return value.split(/[\s,]+/).filter((entry) => entry !== '');
}

/**
 * The first entry that exempts a URL's host from proxies, or null. Forms, as curl and VS Code read them: `*`; a domain, which covers
 * itself and everything below, with or without a leading `.` or `*.`; an address; a CIDR prefix; each with `:port` (IPv6 in brackets).
 */
export function findNoProxyEntry(url: URL, entries: readonly string[]): string | null {
  return entries.find((entry) => matchesEntry(url, entry.trim().toLowerCase())) ?? null;
}

function matchesEntry(url: URL, entry: string): boolean {
  if (entry === '*') return true;
  const { host, port } = splitPort(entry);
  if (host === '' || (port !== null && port !== effectivePort(url))) return false;
  const hostname = url.hostname.toLowerCase().replace(/\.$/, '');
  const address = parseIpAddress(hostname);
  if (address === null) return isSameOrBelow(hostname, host);
  const prefix = parseIpPrefix(host.replace(/^\[|\](?=\/|$)/g, ''));
  return prefix !== null && [address, unmapIpv4(address)].some((form) => isInPrefix(form, prefix));
}

function isSameOrBelow(hostname: string, entry: string): boolean {
  const written = entry.replace(/^\*?\./, '').replace(/\.$/, '');
  // URLs have international names in Punycode. Empty for what is no name.
  const domain = domainToASCII(written) || written;
  return domain !== '' && (hostname === domain || hostname.endsWith(`.${domain}`));
}

/** `host:80` and `[::1]:80` in two; `::1` alone is an address without a port. */
function splitPort(entry: string): { host: string; port: number | null } {
  const match = /^(\[[^\]]*\](?:\/\d+)?|[^:]*):(\d{1,5})$/.exec(entry);
  if (match?.[1] === undefined) return { host: entry, port: null };
  return { host: match[1], port: Number(match[2]) };
}

function effectivePort(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
