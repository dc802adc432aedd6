// HTTP/1.1 as bytes: request heads in, response heads out. Written by hand because a fault server must send what node:http refuses to.
import { STATUS_CODES } from 'node:http';

export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Header names as sent, with one value a line. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

const HEAD_END = '\r\n\r\n';

/** Splits the first request head off `received`; null while it is not there in full. Request bodies are not expected. */
export function takeRequestHead(received: Buffer): { head: RequestHead; rest: Buffer } | null {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return null;
  const [requestLine = '', ...lines] = received.toString('latin1', 0, end).split('\r\n');
  const [method = '', url = ''] = requestLine.split(' ');
  return { head: { method, url, headers: parseHeaders(lines) }, rest: received.subarray(end + HEAD_END.length) };
}

/** A response head ready to send. */
export function formatHead(status: number, headers: HeaderLines): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`, ...lines, '', ''].join('\r\n');
}

/** `bytes=a-b`, `bytes=a-` and `bytes=-n` against a size; null for anything else, several ranges included. `end` is left out. */
export function parseRange(value: string | undefined, sizeBytes: number): { start: number; end: number } | null {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? [];
  if (from === '' && to === '') return null;
  if (from === '') return { start: Math.max(0, sizeBytes - Number(to)), end: sizeBytes };
  return { start: Number(from), end: to === '' ? sizeBytes : Math.min(sizeBytes, Number(to) + 1) };
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name] ?? ''}, ${value}` : value;
  }
  return headers;
}
