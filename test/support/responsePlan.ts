// Pure: what a sound server would answer to a request for an object, then bent by a fault. Sending it is bodySender.ts.
import type { Fault, Framing, RequestRecord, ServedObject } from './faults';
import { formatHead, parseRange } from './httpWire';

export interface ResponsePlan {
  readonly status: number;
  readonly head: string;
  /** Bytes to send instead of the object's; null: the object's. */
  readonly literal: Buffer | null;
  readonly seed: number;
  readonly start: number;
  /** Infinity: endless. */
  readonly lengthBytes: number;
  readonly framing: Framing;
  /** Whether the connection may carry another response. */
  readonly isKeptAlive: boolean;
}

interface Answer {
  readonly status: number;
  readonly start: number;
  readonly lengthBytes: number;
  readonly headers: Record<string, string>;
}

/** What to send. `object` null: nothing lives at this path. */
export function planResponse(request: RequestRecord, object: ServedObject | null, fault: Fault): ResponsePlan {
  const served = object === null ? null : { ...object, ...fault.object };
  const answer = bend(served === null ? notFound() : answerSoundly(request, served, fault), request, fault);
  const literal = literalBody(answer, fault);
  const declaredBytes = literal?.length ?? answer.lengthBytes;
  const framing = fault.framing ?? 'length';
  const isKeptAlive = framing !== 'close' && framing !== 'badChunk' && request.headers['connection'] !== 'close';
  const framed = frameHeaders(answer.headers, framing, declaredBytes, isKeptAlive);
  return {
    status: answer.status,
    head: formatHead(answer.status, overrideHeaders(framed, fault.headers ?? {})),
    literal: request.method === 'HEAD' ? Buffer.alloc(0) : literal,
    seed: served?.seed ?? 0,
    start: answer.start + (fault.shiftBytes ?? 0),
    lengthBytes: fault.isEndless === true ? Infinity : declaredBytes + (fault.extraBytes ?? 0),
    framing,
    isKeptAlive,
  };
}

// RFC 9110 §13.2.2: If-Match is judged before Range, If-Range says whether Range counts.
function answerSoundly(request: RequestRecord, object: ServedObject, fault: Fault): Answer {
  const headers = representationHeaders(object);
  const whole: Answer = { status: 200, start: 0, lengthBytes: object.sizeBytes, headers };
  if (fault.ignoresConditions !== true && isMatchFailed(request, object))
    return { ...whole, status: 412, lengthBytes: 0 };
  const range = object.acceptsRanges ? parseRange(request.headers['range'], object.sizeBytes) : null;
  if (range === null || fault.ignoresRange === true) return whole;
  if (fault.ignoresConditions !== true && isRangeVoid(request, object)) return whole;
  if (range.start >= range.end) return unsatisfiable(object, headers);
  const end = Math.min(range.end, range.start + (fault.maxRangeBytes ?? Infinity));
  const contentRange = `bytes ${range.start}-${end - 1}/${object.sizeBytes}`;
  return {
    status: 206,
    start: range.start,
    lengthBytes: end - range.start,
    headers: { ...headers, 'Content-Range': contentRange },
  };
}

function bend(answer: Answer, request: RequestRecord, fault: Fault): Answer {
  const { redirect } = fault;
  const status = fault.status ?? answer.status;
  if (redirect === undefined) return { ...answer, status };
  const location = typeof redirect.to === 'string' ? redirect.to : redirect.to(request);
  return { status: redirect.status ?? 302, start: 0, lengthBytes: 0, headers: { Location: location } };
}

/** A status of failure carries a short text rather than the object. */
function literalBody(answer: Answer, fault: Fault): Buffer | null {
  if (fault.body !== undefined) return Buffer.from(fault.body);
  if (fault.redirect !== undefined) return Buffer.alloc(0);
  const isObject = answer.status === 200 || answer.status === 206 || (fault.status !== undefined && fault.status < 300);
  return isObject ? null : Buffer.from(`status ${answer.status}\n`);
}

function isMatchFailed({ headers }: RequestRecord, object: ServedObject): boolean {
  const wanted = headers['if-match'];
  return wanted !== undefined && wanted !== '*' && !isStrongMatch(wanted, object);
}

function isRangeVoid({ headers }: RequestRecord, object: ServedObject): boolean {
  const wanted = headers['if-range'];
  if (wanted === undefined) return false;
  return wanted.includes('"') ? !isStrongMatch(wanted, object) : wanted !== object.lastModified;
}

function isStrongMatch(wanted: string, { etag }: ServedObject): boolean {
  return etag !== null && !etag.startsWith('W/') && wanted.split(/,\s*/).includes(etag);
}

function unsatisfiable(object: ServedObject, headers: Record<string, string>): Answer {
  return {
    status: 416,
    start: 0,
    lengthBytes: 0,
    headers: { ...headers, 'Content-Range': `bytes */${object.sizeBytes}` },
  };
}

function notFound(): Answer {
  return { status: 404, start: 0, lengthBytes: 0, headers: {} };
}

function representationHeaders(object: ServedObject): Record<string, string> {
  return {
    Date: new Date().toUTCString(),
    'Content-Type': 'application/octet-stream',
    ...(object.acceptsRanges ? { 'Accept-Ranges': 'bytes' } : {}),
    ...(object.etag === null ? {} : { ETag: object.etag }),
    ...(object.lastModified === null ? {} : { 'Last-Modified': object.lastModified }),
    ...object.headers,
  };
}

function frameHeaders(
  headers: Record<string, string>,
  framing: Framing,
  lengthBytes: number,
  isKeptAlive: boolean,
): Record<string, string> {
  const connection = { Connection: isKeptAlive ? 'keep-alive' : 'close' };
  if (framing === 'length') return { ...headers, ...connection, 'Content-Length': String(lengthBytes) };
  if (framing === 'close') return { ...headers, ...connection };
  return { ...headers, ...connection, 'Transfer-Encoding': 'chunked' };
}

function overrideHeaders(
  headers: Record<string, string>,
  overrides: NonNullable<Fault['headers']>,
): (readonly [string, string])[] {
  const overridden = new Set(Object.keys(overrides).map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !overridden.has(name.toLowerCase()));
  const added = Object.entries(overrides).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => [name, one] as const),
  );
  return [...kept, ...added];
}
