// URLs and texts made fit for logs, messages and errors; and the one reading of an address that a person typed.
import { FetchError } from './fetchError';

const HIDDEN = '[redacted]';

/** Longest address accepted, in characters; servers refuse far shorter ones. */
const MAX_URL_LENGTH = 65_536;

/**
 * The URL without userinfo, query and fragment, any of which may hold a secret. What is no URL is cut in the same way, so that
 * any text may be passed in.
 */
export function redactUrl(url: string | URL): string {
  const text = String(url);
  const parsed = tryParseUrl(text);
  if (parsed === null) return redactBrokenUrl(text);
  const { protocol, host, pathname } = parsed;
  if (host !== '') return `${protocol}//${host}${pathname}`;
  // Without a host the path is the content (`data:`), and the scheme may be the name of a userinfo (`user:password@host`).
  return text.includes('@') ? '…' : `${protocol}…`;
}

/**
 * Up to the next blank, as passwords and signatures hold quotes. One slash is left where a URL was
 * taken for a path. A scheme alone (`http://, https:// or …`) is none.
 */
const URL_IN_TEXT = /(["'`“]?)\b((?:https?:\/|[a-z][a-z0-9+.-]{0,30}:\/\/)(?!\/?[,.;]?(?:\s|$))\S*)/gi;
const closingQuotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '“': '”' };

/** The text with every URL in it redacted, and the values of headers and parameters that carry credentials. */
export function redactText(text: string): string {
  return text
    .replace(URL_IN_TEXT, redactQuoted)
    .replace(/\?[\w.~%+-]+=\S*/g, '?…')
    .replace(/((?:authorization|cookie)["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)[^\r\n"']+/gi, `$1${HIDDEN}`)
    .replace(
      /((?:token|secret|passw(?:or)?d|api-?key|signature|credential|-art-api)[\w-]{0,40}["']?[ \t]{0,8}[:=][ \t]{0,8}["']?)[^\s"']+/gi,
      `$1${HIDDEN}`,
    )
    .replace(/\b(bearer|basic) {1,8}[\w.~+/-]{16,}=*/gi, `$1 ${HIDDEN}`);
}

/** A closing quote, and punctuation behind it, is none of the URL's only where the same quote opened directly before it. */
function redactQuoted(_match: string, openingQuote: string, url: string): string {
  const closingQuote = closingQuotes[openingQuote];
  const end = closingQuote === undefined ? -1 : url.lastIndexOf(closingQuote);
  const isClosed = end >= 0 && /^[.,;:!)\]}]*$/.test(url.slice(end + 1));
  return openingQuote + (isClosed ? redactUrl(url.slice(0, end)) + url.slice(end) : redactUrl(url));
}

/** Host, and port where it is not the default, of a URL; international names stay in their ASCII form, which no look-alike has. */
export function displayHost(url: string | URL): string {
  return tryParseUrl(String(url))?.host || 'an unknown host';
}

/**
 * The URL, or null for what is none. In place of `URL.canParse`, which on Node 20 rejects sound URLs with characters such as `ü`
 * once V8 has optimized its caller.
 */
export function tryParseUrl(text: string, base?: string | URL): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}

/**
 * The http(s) URL that a person, a manifest or a link gives.
 * @throws FetchError `unsupportedUrl` for other schemes; `invalidRequest` for what is no URL or holds control characters
 */
export function parseHttpUrl(text: string): URL {
  const trimmed = trimSpaces(text);
  if (trimmed === '') throw new FetchError('invalidRequest', 'The address is empty; give an http or https address.');
  // The URL parser would silently drop tabs and line breaks, and the address be another than the one that was read.
  if (/[\0-\x1f\x7f]/.test(trimmed)) {
    throw new FetchError('invalidRequest', 'The address holds a line break or another control character.');
  }
  if (trimmed.length > MAX_URL_LENGTH) throw new FetchError('invalidRequest', 'The address is too long.');
  refuseOtherSchemes(trimmed);
  const url = /^https?:\/\//i.test(trimmed) ? tryParseUrl(trimmed) : null;
  if (url === null) {
    throw new FetchError(
      'invalidRequest',
      `“${shorten(redactUrl(trimmed))}” is not an http or https address.${hint(trimmed)}`,
    );
  }
  return url;
}

function refuseOtherSchemes(text: string): void {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'http' || scheme === 'https' || isHostAndPort(text)) return;
  const what = scheme.length === 1 ? 'A local path' : `${shorten(scheme)}:`;
  throw new FetchError('unsupportedUrl', `${what} is not supported; give an http or https address.`);
}

/** `example.com:8080/x` and `localhost:80`, which look as if the host were a scheme. */
function isHostAndPort(text: string): boolean {
  return /^[a-z0-9.-]+:\d{1,5}(?:[/?#]|$)/i.test(text);
}

function hint(text: string): string {
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(?:[/?#]|$)/i.test(text) && !isHostAndPort(text)) return '';
  return ` Did you mean ${shorten(redactUrl(`https://${text}`))}?`;
}

/** Textual: whatever stands before an `@` may be a password, whatever follows `?` or `#` a signature. */
function redactBrokenUrl(text: string): string {
  const bare = /^[^?#]*/.exec(text)?.[0] ?? '';
  const scheme = /^[a-z][a-z0-9+.-]{0,30}:\/\//i.exec(bare)?.[0] ?? '';
  const afterUserinfo = bare.slice(Math.max(scheme.length, bare.lastIndexOf('@') + 1));
  // `host:` that no port follows may be the name and password of a cut userinfo.
  const isCut = scheme !== '' && /^[^/:]*:(?!\d+(?:\/|$))/.test(afterUserinfo);
  return `${scheme}${isCut ? '…' : afterUserinfo}`;
}

/** Blanks that come with pasting; line breaks stay, to be refused. */
function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (text.charAt(start) === ' ') start += 1;
  while (end > start && text.charAt(end - 1) === ' ') end -= 1;
  return text.slice(start, end);
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
