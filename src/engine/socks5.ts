// Asks a SOCKS5 proxy for a connection to an origin (RFC 1928, user name and password by RFC 1929). Names are resolved by the proxy.
import type { Socket } from 'node:net';
import { FetchError } from '../assets/fetchError';
import { parseIpAddress } from './ipAddress';
import type { ProxyCredentials } from './proxy';
import { readReply, type ParsedReply } from './socketStep';

export interface Socks5Request {
  /** Name or address of the origin; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly credentials: ProxyCredentials | null;
  /** The proxy as shown in errors. */
  readonly proxy: string;
}

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const USERNAME_PASSWORD = 2;
const CONNECT = 1;
const addressTypes = { ipv4: 1, name: 3, ipv6: 4 } as const;

/** RFC 1928 §6. A retry may heal all but the rule set and what the proxy does not support. */
const refusals: Readonly<Record<number, { text: string; isFinal: boolean }>> = {
  1: { text: 'it failed', isFinal: false },
  2: { text: 'its rules forbid it', isFinal: true },
  3: { text: 'its network does not reach it', isFinal: false },
  4: { text: 'the host is unreachable', isFinal: false },
  5: { text: 'the connection was refused', isFinal: false },
  6: { text: 'it timed out', isFinal: false },
  7: { text: 'it can not connect to others', isFinal: true },
  8: { text: 'it does not know this kind of address', isFinal: true },
};

/** Resolves when bytes of the socket reach the origin. @throws FetchError `connectFailed` for a refusal; else what the socket raises */
export async function connectThroughSocks5(socket: Socket, request: Socks5Request, signal: AbortSignal): Promise<void> {
  const { hostname, port, credentials, proxy } = request;
  // One byte says how long a name is: a longer one would end early, and its rest pass for the port and the first bytes sent.
  if (Buffer.byteLength(hostname) > 255) throw refuse(proxy, 'takes host names of 255 bytes at most', true);
  const methods = credentials === null ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, USERNAME_PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const method = await readReply(socket, signal, (bytes) => parseMethod(bytes, proxy));
  if (method === USERNAME_PASSWORD && credentials !== null) await authenticate(socket, credentials, proxy, signal);
  else if (method !== NO_AUTHENTICATION) throw refuse(proxy, 'wants a user name and password', true);
  socket.write(encodeConnect(hostname, port));
  const code = await readReply(socket, signal, (bytes) => parseConnectReply(bytes, proxy));
  if (code === 0) return;
  const { text, isFinal } = refusals[code] ?? { text: `it answered ${code}`, isFinal: false };
  throw refuse(proxy, `did not connect to ${hostname}:${port}: ${text}`, isFinal);
}

async function authenticate(
  socket: Socket,
  credentials: ProxyCredentials,
  proxy: string,
  signal: AbortSignal,
): Promise<void> {
  const username = Buffer.from(credentials.username);
  const password = Buffer.from(credentials.password);
  if (username.length > 255 || password.length > 255)
    throw refuse(proxy, 'takes names and passwords of 255 bytes at most', true);
  socket.write(Buffer.concat([Buffer.from([1, username.length]), username, Buffer.from([password.length]), password]));
  const status = await readReply(socket, signal, (bytes) =>
    bytes.length < 2 ? null : { value: bytes[1], consumedBytes: 2 },
  );
  if (status !== 0) throw refuse(proxy, 'does not accept the user name and password', true);
}

function parseMethod(bytes: Buffer, proxy: string): ParsedReply<number> | null {
  if (bytes.length < 2) return null;
  if (bytes[0] !== VERSION) throw refuse(proxy, 'does not speak SOCKS5', false);
  return { value: bytes.readUInt8(1), consumedBytes: 2 };
}

function encodeConnect(hostname: string, port: number): Buffer {
  const address = parseIpAddress(hostname);
  const name = Buffer.from(hostname);
  const target =
    address === null
      ? [addressTypes.name, name.length, ...name]
      : [address.length === 4 ? addressTypes.ipv4 : addressTypes.ipv6, ...address];
  return Buffer.from([VERSION, CONNECT, 0, ...target, port >> 8, port & 0xff]);
}

/** `05 code 00 type address port`: the whole reply has to be taken off, or its tail would pass for the origin's bytes. */
function parseConnectReply(bytes: Buffer, proxy: string): ParsedReply<number> | null {
  if (bytes.length < 5) return null;
  if (bytes[0] !== VERSION) throw refuse(proxy, 'does not speak SOCKS5', false);
  const type = bytes.readUInt8(3);
  const addressBytes = type === addressTypes.ipv4 ? 4 : type === addressTypes.ipv6 ? 16 : 1 + bytes.readUInt8(4);
  const consumedBytes = 4 + addressBytes + 2;
  return bytes.length < consumedBytes ? null : { value: bytes.readUInt8(1), consumedBytes };
}

function refuse(proxy: string, what: string, isFinal: boolean): FetchError {
  return new FetchError('connectFailed', `The proxy ${proxy} ${what}.`, { proxy, isFinal });
}
