// From a response head to what to do with it. One pure function; every HTTP case of the engine is a row of its table test.
import { FetchError } from '../assets/fetchError';
import { parseContentRange } from './contentRange';
import type { ResponseHead } from './responseHeaders';
import { parseRetryAfter, retryPolicy } from './retry';
import { isSameObject, readObject, type RemoteObject } from './validator';

/** What was asked, and what is known and wanted. */
export interface Expectation {
  /** Host shown in errors. */
  readonly host: string;
  /** Last segment of the URL's path: some rules depend on what kind of file it names. */
  readonly urlFileName: string;
  /** Range asked for, end exclusive; end null: open-ended. Null: no Range header was sent. */
  readonly asked: { readonly start: number; readonly end: number | null } | null;
  /** The object that the bytes on disk are of; null before the first response. */
  readonly object: RemoteObject | null;
  /** Length of the run on disk that starts at 0, in bytes. */
  readonly heldBytes: number;
  readonly expectedBytes: number | null;
  readonly maxBytes: number | null;
  readonly hasGivenHash: boolean;
  /** Whether a redirect led here: such links expire and can be resolved anew. */
  readonly wasRedirected: boolean;
  /** Wall clock, for Retry-After dates. */
  readonly wallClockMs: number;
}

export type ResponseAction =
  /** Write the body at `start`; it ends at `end` (exclusive; null: where the body ends). `allowsRanges`: 'maybe' is a 200 that advertises them. */
  | {
      readonly type: 'write';
      readonly start: number;
      readonly end: number | null;
      readonly object: RemoteObject;
      readonly allowsRanges: 'yes' | 'maybe' | 'no';
    }
  /** Every byte is on disk already. */
  | { readonly type: 'complete'; readonly totalBytes: number }
  /** What is on disk is of another object, or can't be continued: start from zero. */
  | { readonly type: 'restart'; readonly error: FetchError }
  /** The answer to this range is no use; ask again without a Range header. */
  | { readonly type: 'askWithoutRange'; readonly error: FetchError }
  /** The signed URL behind a redirect has expired: go back to the original. */
  | { readonly type: 'resolveAnew'; readonly error: FetchError }
  /** Worth another try or not: retry.ts tells from the error. */
  | { readonly type: 'fail'; readonly error: FetchError };

const EXPIRED_LINK_STATUS = new Set([401, 403, 410]);

/** Judges a final response (redirects are followed already). RFC 9110 §14, §15.3.7, §15.5.17. */
export function judgeResponse(head: ResponseHead, expectation: Expectation): ResponseAction {
  switch (head.status) {
    case 200:
    case 203:
      return judgeWhole(head, expectation);
    case 206:
      return judgePart(head, expectation);
    case 412:
      return restart(`The file at ${expectation.host} changed while it was fetched.`);
    case 416:
      return judgeUnsatisfiable(head, expectation);
    default:
      return judgeError(head, expectation);
  }
}

function judgeWhole(head: ResponseHead, expectation: Expectation): ResponseAction {
  const total = readLength(head);
  const problem = judgeCoding(head, expectation) ?? judgeType(head, expectation) ?? judgeSize(total, expectation);
  if (problem) return { type: 'fail', error: problem };
  const isEncoded = contentCoding(head) !== null;
  const mayRange = !isEncoded && total !== null && /\bbytes\b/i.test(head.headers.get('accept-ranges') ?? '');
  return {
    type: 'write',
    start: 0,
    end: total,
    object: readObject(head.headers, total),
    allowsRanges: mayRange ? 'maybe' : 'no',
  };
}

function judgePart(head: ResponseHead, expectation: Expectation): ResponseAction {
  const { asked, host } = expectation;
  if (asked === null) {
    return refuse(`${host} answered with a part of the file although the whole was asked for.`);
  }
  const range = parseContentRange(singleValue(head, 'content-range'));
  const length = readLength(head);
  const isSound =
    range?.start === asked.start &&
    range.end !== null &&
    (asked.end === null || range.end <= asked.end) &&
    (length === null || length === range.end - range.start) &&
    contentCoding(head) === null;
  if (!isSound) {
    return { type: 'askWithoutRange', error: violation(`${host} answered with another range than was asked for.`) };
  }
  const problem = judgeSize(range.totalBytes, expectation);
  if (problem) return { type: 'fail', error: problem };
  const object = readObject(head.headers, range.totalBytes);
  if (expectation.object && !isSameObject(expectation.object, object, expectation.hasGivenHash)) {
    return restart(`The file at ${host} changed while it was fetched.`);
  }
  return {
    type: 'write',
    start: asked.start,
    end: range.end,
    object,
    allowsRanges: range.totalBytes === null ? 'no' : 'yes',
  };
}

/** 416: done where the length it names is what is on disk; otherwise what is on disk is not of this object. */
function judgeUnsatisfiable(head: ResponseHead, expectation: Expectation): ResponseAction {
  const { asked, heldBytes, expectedBytes, object, host } = expectation;
  // Makes no sense, so that another try may well be answered otherwise.
  if (asked === null) return { type: 'fail', error: violation(`${host} refused a range that was not asked for.`) };
  const named = parseContentRange(singleValue(head, 'content-range'))?.totalBytes ?? null;
  const known = named ?? object?.totalBytes ?? expectedBytes;
  const contradicts = expectedBytes !== null && expectedBytes !== heldBytes;
  if (known === heldBytes && asked.start === heldBytes && !contradicts)
    return { type: 'complete', totalBytes: heldBytes };
  if (heldBytes === 0 && named !== 0) {
    return { type: 'askWithoutRange', error: violation(`${host} refused the range from byte 0.`) };
  }
  return restart(`The file at ${host} no longer has the length it had (${named ?? 'unknown'} bytes now).`);
}

function judgeError(head: ResponseHead, expectation: Expectation): ResponseAction {
  const { host, wasRedirected } = expectation;
  const { status } = head;
  if (status >= 200 && status < 400) {
    return refuse(`${host} answered ${status} where a file was expected.`);
  }
  const error = statusError(head, expectation);
  return wasRedirected && EXPIRED_LINK_STATUS.has(status) ? { type: 'resolveAnew', error } : { type: 'fail', error };
}

function statusError(head: ResponseHead, { host, wallClockMs }: Expectation): FetchError {
  const retryAfterMs = parseRetryAfter(head.headers.get('retry-after'), wallClockMs);
  const details = { host, status: head.status, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  if (retryAfterMs !== null && retryAfterMs > retryPolicy.longestRetryAfterMs) {
    const until = new Date(Math.min(wallClockMs + retryAfterMs, 8.64e15)).toISOString();
    const message = `${host} answered ${head.status} and asks to wait until ${until}. Try again then.`;
    return new FetchError('httpStatus', message, { ...details, isFinal: true });
  }
  return new FetchError('httpStatus', `${host} answered ${head.status}${statusHint(head.status)}`, details);
}

function statusHint(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return ': access denied. The link may have expired, or it needs a login (send a header with the credentials).';
    case 404:
    case 410:
      return ': there is no such file. Check the address.';
    case 407:
      return ': the proxy wants credentials. Set them in http.proxy or --proxy.';
    case 429:
      return ': too many requests.';
    case 451:
      return ': not available for legal reasons.';
    case 511:
      return ': this network wants a login first. Open a browser, log in, and try again.';
    default:
      return status >= 500 ? ': the server has a problem.' : '.';
  }
}

function judgeSize(total: number | null, { host, expectedBytes, maxBytes }: Expectation): FetchError | null {
  if (total === null) return null;
  if (expectedBytes !== null && total !== expectedBytes) {
    const details = { host, expected: `${expectedBytes}`, actual: `${total}` };
    return new FetchError(
      'sizeMismatch',
      `The file at ${host} has ${total} bytes; ${expectedBytes} were expected.`,
      details,
    );
  }
  if (maxBytes === null || total <= maxBytes) return null;
  return new FetchError('tooLarge', `The file at ${host} has ${total} bytes; the limit is ${maxBytes}.`, { host });
}

/** A content coding is part of the bytes that a hash was made of, or of a name that says so; otherwise it was not asked for. */
function judgeCoding(head: ResponseHead, { host, hasGivenHash, urlFileName }: Expectation): FetchError | null {
  const coding = contentCoding(head);
  if (coding === null || (hasGivenHash && !coding.includes(','))) return null;
  const suffixes = CODING_SUFFIXES[coding] ?? [];
  if (suffixes.some((suffix) => urlFileName.toLowerCase().endsWith(suffix))) return null;
  const message = `${host} sent the file compressed (${coding.slice(0, 40)}) although it was asked not to. Give its hash to accept the bytes as sent.`;
  return new FetchError('protocolViolation', message, { host, isFinal: true });
}

const CODING_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  gzip: ['.gz', '.tgz', '.svgz'],
  'x-gzip': ['.gz', '.tgz', '.svgz'],
  br: ['.br'],
  zstd: ['.zst'],
  compress: ['.z'],
};

const BINARY_NAME =
  /\.(?:zip|t?gz|t?bz2|t?xz|zst|7z|rar|tar|jar|whl|nupkg|vsix|exe|msi|dmg|deb|rpm|iso|bin|wasm|so|dll|pdf|png|jpe?g|gif|webp|woff2?|ttf|otf|mp[34]|onnx|gguf|safetensors|pt|parquet|npz)$/i;

/** A captive portal or login page in the place of a binary file: nothing that a person wants to find under its name. */
function judgeType(head: ResponseHead, { host, urlFileName }: Expectation): FetchError | null {
  const isPage = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(head.headers.get('content-type') ?? '');
  if (!isPage || !BINARY_NAME.test(urlFileName)) return null;
  const message = `${host} answered with a web page instead of ${urlFileName}. It may want a login, or the address is that of a page about the file.`;
  return new FetchError('protocolViolation', message, { host, isFinal: true });
}

function contentCoding(head: ResponseHead): string | null {
  const coding = head.headers.all('content-encoding').join(',').trim().toLowerCase();
  return coding === '' || coding === 'identity' ? null : coding;
}

function readLength(head: ResponseHead): number | null {
  const value = head.headers.get('content-length');
  return value === null ? null : Number(value);
}

/** A header that must not be repeated; null where it is. */
function singleValue(head: ResponseHead, name: string): string | null {
  const [value, ...others] = head.headers.all(name);
  return others.length === 0 ? (value ?? null) : null;
}

function violation(message: string): FetchError {
  return new FetchError('protocolViolation', message);
}

function refuse(message: string): ResponseAction {
  return { type: 'fail', error: new FetchError('protocolViolation', message, { isFinal: true }) };
}

function restart(message: string): ResponseAction {
  return { type: 'restart', error: new FetchError('objectChanged', message) };
}
