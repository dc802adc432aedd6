// Reads IP addresses into numbers and matches them against prefixes. Pure.
import { isIPv4, isIPv6 } from 'node:net';

/** The bytes of an address, most significant first: 4 or 16. Brackets and zone (`%eth0`) are passed over. Null: no address. */
export function parseIpAddress(text: string): readonly number[] | null {
  const plain = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIPv4(plain)) return plain.split('.').map(Number);
  return isIPv6(plain) ? parseIpv6(plain) : null;
}

function parseIpv6(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const before = readGroups(head);
  if (tail === undefined) return before;
  const after = readGroups(tail);
  return [...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after];
}

/** `fd00:ec2` as bytes; the last group may be a dotted IPv4 address. */
function readGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** The IPv4 address in an IPv4-mapped one (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2); any other address as it is. */
export function unmapIpv4(address: readonly number[]): readonly number[] {
  const isMapped = address.length === 16 && address.slice(0, 12).join() === '0,0,0,0,0,0,0,0,0,0,255,255';
  return isMapped ? address.slice(12) : address;
}

/** Addresses that share their first `prefixBits` bits. */
export interface IpPrefix {
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

/** `10.0.0.0/8`, `fe80::/10`, or a lone address. Null where it is neither. */
export function parseIpPrefix(text: string): IpPrefix | null {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = parseIpAddress(address);
  if (bytes === null || rest.length > 0) return null;
  if (length === undefined) return { bytes, prefixBits: bytes.length * 8 };
  const prefixBits = /^\d{1,3}$/.test(length) ? Number(length) : Infinity;
  return prefixBits <= bytes.length * 8 ? { bytes, prefixBits } : null;
}

/** Whether an address lies in a prefix of its own family. */
export function isInPrefix(address: readonly number[], { bytes, prefixBits }: IpPrefix): boolean {
  if (address.length !== bytes.length) return false;
  return bytes.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefixBits - index * 8));
    const mask = 0xff & ~(0xff >> bits);
    return ((byte ^ (address[index] ?? 0)) & mask) === 0;
  });
}

/** The host of a URL without its port and, for an IPv6 address, without the brackets. */
export function bareHostname({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
