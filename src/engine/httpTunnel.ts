// Asks an HTTP proxy for a tunnel to an origin (CONNECT, RFC 9110 §9.3.6). TLS through it is the caller's.
import type { Socket } from 'node:net';
import { FetchError } from '../assets/fetchError';
import { readReply, type ParsedReply } from './socketStep';

export interface TunnelRequest {
  /** `host:port` of the origin. */
  readonly authority: string;
  /** Value of Proxy-Authorization, or null. */
  readonly authorization: string | null;
  readonly userAgent: string;
  /** The proxy as shown in errors. */
  readonly proxy: string;
}

/** Resolves when bytes of the socket reach the origin. @throws FetchError `connectFailed` for a refusal; else what the socket raises */
export async function openTunnel(socket: Socket, request: TunnelRequest, signal: AbortSignal): Promise<void> {
  const { authority, authorization, userAgent, proxy } = request;
  const credentials = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: ${userAgent}\r\n${credentials}\r\n`);
  const status = await readReply(socket, signal, (bytes) => parseStatus(bytes, proxy));
  if (status < 200 || status > 299) throw refuseProxyStatus(proxy, authority, status);
}

/** The status of a complete head; interim responses are passed over. @throws FetchError `connectFailed` for what is no HTTP */
function parseStatus(bytes: Buffer, proxy: string): ParsedReply<number> | null {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const status = /^HTTP\/1\.[01] (\d{3})(?: |\r\n)/.exec(text)?.[1];
  if (status === undefined) throw new FetchError('connectFailed', `The proxy ${proxy} does not speak HTTP.`, { proxy });
  const consumedBytes = end + 4;
  if (!status.startsWith('1')) return { value: Number(status), consumedBytes };
  const next = parseStatus(bytes.subarray(consumedBytes), proxy);
  return next && { value: next.value, consumedBytes: consumedBytes + next.consumedBytes };
}

/** A proxy's refusal as `connectFailed`: it is the way that fails, not the file. */
export function refuseProxyStatus(proxy: string, authority: string, status: number): FetchError {
  const isFinal = status < 500 && status !== 408 && status !== 429;
  const details = { host: authority, proxy, status, isFinal };
  if (status === 407) {
    const message = `The proxy ${proxy} wants a user name and password (407). Set them in the proxy's URL or its authorization setting.`;
    return new FetchError('connectFailed', message, details);
  }
  return new FetchError('connectFailed', `The proxy ${proxy} did not connect to ${authority} (${status}).`, details);
}
