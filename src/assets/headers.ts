// Request headers that people add: their syntax, and the names that the engine keeps to itself. Who receives them is engine/redirects.ts.
import { FetchError } from './fetchError';

/** Headers of framing, the connection and proxies, in lower case: a second opinion would smuggle requests or show an origin secrets. */
export const connectionHeaders: readonly string[] =
  `host content-length transfer-encoding connection keep-alive proxy-connection te trailer upgrade expect http2-settings
  proxy-authorization`.split(/\s+/);

/** What people may not give: those, and headers that the engine sets for ranges and bodies. */
const OWNED_HEADERS = new Set([
  ...connectionHeaders,
  ...`range if-range if-match if-none-match if-modified-since if-unmodified-since accept-encoding content-encoding
  content-type`.split(/\s+/),
]);

export interface Header {
  readonly name: string;
  readonly value: string;
}

/**
 * Reads `Name: value`, as `--header` takes it.
 * @throws FetchError `invalidRequest`; the message never holds the value
 */
export function parseHeaderLine(line: string): Header {
  const colon = line.indexOf(':');
  if (colon < 1) throw new FetchError('invalidRequest', 'A header is written as “Name: value”.');
  return checkHeader({ name: line.slice(0, colon), value: line.slice(colon + 1) });
}

/**
 * The headers with the blanks around their values removed, once each is sound and none is given twice.
 * @throws FetchError `invalidRequest`; the message never holds a value
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked = Object.entries(headers).map(([name, value]) => checkHeader({ name, value }));
  const seen = new Set<string>();
  for (const { name } of checked) {
    if (seen.has(name.toLowerCase())) throw new FetchError('invalidRequest', `The header ${name} is given twice.`);
    seen.add(name.toLowerCase());
  }
  return Object.fromEntries(checked.map(({ name, value }) => [name, value]));
}

/** RFC 9110 §5.1: names are tokens. */
export function isHeaderName(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
}

/** RFC 9110 §5.5: visible characters and blanks between them; no CR, LF, NUL. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

function checkHeader({ name, value }: Header): Header {
  if (!isHeaderName(name)) {
    throw new FetchError(
      'invalidRequest',
      'The name of a header holds a blank or another character that is not allowed.',
    );
  }
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  if (OWNED_HEADERS.has(name.toLowerCase())) {
    throw new FetchError('invalidRequest', `The header ${shown} is set by Asset Fetch itself and cannot be given.`);
  }
  if (!isHeaderValue(value)) {
    throw new FetchError(
      'invalidRequest',
      `The value of the header ${shown} holds a line break, another control character or one outside Latin-1.`,
    );
  }
  return { name, value: value.trim() };
}
