// Request headers: which may be sent at all, and which survive a change of origin. Pure. RFC 9110 §5.5 and §7.6.1.
import { FetchError } from '../assets/fetchError';
import { connectionHeaders, isHeaderName, isHeaderValue } from '../assets/headers';

export type RequestHeaders = Readonly<Record<string, string>>;

const RESERVED = new Set(connectionHeaders);

/** All that goes to another origin than the first: whatever is not known to be harmless may be a secret. */
const SURVIVES_REDIRECT = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'if-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
]);

/**
 * Refuses names and values that could smuggle another header or request (CR, LF, NUL), and headers that are the engine's.
 * Unlike assets/headers.ts, which judges what people give, it lets through what the engine itself adds (`Range` and the like).
 * The value is not repeated in the message: it may be a secret.
 * @throws FetchError `invalidRequest`
 */
export function requireSendable(headers: RequestHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderName(name)) throw invalid(`${JSON.stringify(name.slice(0, 40))} is no header name.`);
    if (!isHeaderValue(value))
      throw invalid(
        `The value of the header ${name} holds a line break or another character that headers can't carry.`,
      );
    if (RESERVED.has(name.toLowerCase()))
      throw invalid(`The header ${name} can't be set: Asset Fetch sends its own where it is needed.`);
  }
}

/** What of a request's headers may go to another origin. */
export function headersForOtherOrigin(headers: RequestHeaders): RequestHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => SURVIVES_REDIRECT.has(name.toLowerCase())));
}

/** `headers` with others put in their place, whatever the case of the names. */
export function withHeaders(headers: RequestHeaders, others: RequestHeaders): RequestHeaders {
  const replaced = new Set(Object.keys(others).map((name) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...others };
}

/** `wanted` in lower case; the names of `headers` may have any. */
export function hasHeader(headers: RequestHeaders, wanted: string): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === wanted);
}

function invalid(message: string): FetchError {
  return new FetchError('invalidRequest', message, { isFinal: true });
}
