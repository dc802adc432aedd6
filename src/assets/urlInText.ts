// Finds http(s) URLs in a line of any text: prose, Markdown, markup, code, configuration, shell. Judges by characters alone, so that
// one table serves every language, and in one pass, so that a minified megabyte costs no more than its length.
import { tryParseUrl } from './redact';

export interface UrlInText {
  /** UTF-16 offsets into the line; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The URL as meant: escapes of the surrounding text (`&amp;`, `\/`, `\u0026`) undone. */
  readonly url: string;
}

/** Longer ones are data, not addresses. In characters. */
const MAX_URL_LENGTH = 8192;

/** Around a cursor no more is read: a URL that touches it lies within, its escapes included. Lines may be megabytes of URLs. */
const REACH = 2 * MAX_URL_LENGTH;

const OPENERS = '([';
const CLOSERS = ')]';

/** Characters without a special meaning here. Everything else ends the URL or is judged by `readSpecial`. */
const PLAIN = /[A-Za-z0-9/._~:?#@!*+=-]+|[^\0-\x7f\s\u200b“”„‟‘’‚‛«»‹›「」『』【】《》〈〉（），。、；：！？…\ufeff]+/y;

/** HTML character references that stand for `&`; any other ends the URL, being a quote, a bracket or a blank. */
const AMPERSAND = /&(?:amp|#38|#x26);/iy;
const REFERENCE = /&(?:quot|apos|lt|gt|nbsp|#\d{1,6}|#x[0-9a-f]{1,6});/iy;

/** Every URL of a line, from left to right. Never throws. */
export function findUrlsInLine(line: string): UrlInText[] {
  const found: UrlInText[] = [];
  // JSON may write its slashes as `\/`.
  const scheme = /https?:(?:\/\/|\\\/\\\/)/gi;
  for (let match = scheme.exec(line); match !== null; match = scheme.exec(line)) {
    const { end, text } = readUrl(line, match.index, match.index + match[0].length);
    scheme.lastIndex = Math.max(end, scheme.lastIndex);
    const url = trimUrl(line, match.index, end, text);
    if (url !== null) found.push(url);
  }
  return found;
}

/** The URL under the cursor; `column` is a UTF-16 offset. Just behind its last character counts as well. */
export function urlAt(line: string, column: number): UrlInText | null {
  const from = Math.max(0, column - REACH);
  const near = findUrlsInLine(line.slice(from, Math.max(0, column + REACH)));
  const touched = near.filter(({ start, end }) => start <= column - from && column - from <= end).at(-1);
  return touched === undefined ? null : { ...touched, start: touched.start + from, end: touched.end + from };
}

interface Piece {
  readonly text: string;
  /** Characters of the line that it takes. */
  readonly length: number;
}

/** Reads on from behind the scheme to where the URL ends; punctuation at its end is still in it. */
function readUrl(line: string, start: number, behindScheme: number): { end: number; text: string } {
  let at = behindScheme;
  let text = line.slice(start, behindScheme).replaceAll('\\', '');
  const open: string[] = [];
  const before = line.charAt(start - 1);
  for (let piece = readPiece(line, at, before); piece !== null; piece = readPiece(line, at, before)) {
    if (OPENERS.includes(piece.text)) open.push(piece.text);
    // A bracket that the URL did not open belongs to the text around it.
    if (CLOSERS.includes(piece.text) && open.pop() !== OPENERS.charAt(CLOSERS.indexOf(piece.text))) break;
    text += piece.text;
    at += piece.length;
  }
  return { end: at, text };
}

function readPiece(line: string, at: number, before: string): Piece | null {
  const plain = matchAt(PLAIN, line, at);
  if (plain !== null) return { text: plain, length: plain.length };
  return at < line.length ? readSpecial(line, at, before) : null;
}

/** The piece that begins with a character of several meanings; null where the URL ends before it. */
function readSpecial(line: string, at: number, before: string): Piece | null {
  const character = line.charAt(at);
  const kept = { text: character, length: 1 };
  switch (character) {
    case '(':
    case ')':
    case '[':
    case ']':
      return kept;
    case '&':
      return readAmpersand(line, at);
    case '\\':
      return readBackslash(line, at);
    case ',':
    case ';':
      // A list without blanks: `https://a,https://b`.
      return matchAt(/[,;]https?:\/\//iy, line, at) === null ? kept : null;
    case '%':
      // Not an escape: a placeholder as in `%s` or `%VERSION%`.
      return matchAt(/%[0-9a-f]{2}/iy, line, at) === null ? null : kept;
    case '$':
      return readDollar(line, at);
    case "'":
      // Quotes around the URL end it; an apostrophe in it (`Murphy's_law`) does not.
      return before === "'" || matchAt(/'[\p{L}\p{N}]/uy, line, at) === null ? null : kept;
    default:
      return null;
  }
}

function readAmpersand(line: string, at: number): Piece | null {
  const escaped = matchAt(AMPERSAND, line, at);
  if (escaped !== null) return { text: '&', length: escaped.length };
  // `&&` is the shell's, `&quot;` the markup's.
  if (line.charAt(at + 1) === '&' || matchAt(REFERENCE, line, at) !== null) return null;
  return { text: '&', length: 1 };
}

/** Escapes of JSON, Markdown, TeX and shells; any other backslash ends the URL (`\"`, `\n`, the continuation of a line). */
function readBackslash(line: string, at: number): Piece | null {
  const punctuation = matchAt(/\\[/?&=_#.~%+()*:,@!-]/y, line, at);
  if (punctuation !== null) return { text: punctuation.slice(1), length: 2 };
  const unicode = matchAt(/\\u00(?:26|2[bdef]|3[adf]|25|7e)/iy, line, at);
  return unicode === null
    ? null
    : { text: String.fromCharCode(parseInt(unicode.slice(2), 16)), length: unicode.length };
}

/** `$NAME`, `${NAME}` and `$(…)` are a shell's; `?$filter=` is a parameter of OData. */
function readDollar(line: string, at: number): Piece | null {
  const isParameter = /[?&]/.test(line.charAt(at - 1)) && matchAt(/\$[a-z]{1,20}=/y, line, at) !== null;
  return isParameter || matchAt(/\$[\w{(]/y, line, at) === null ? { text: '$', length: 1 } : null;
}

/** The URL without the punctuation of the sentence or markup around it; null where nothing sound is left. */
function trimUrl(line: string, start: number, untrimmedEnd: number, untrimmed: string): UrlInText | null {
  const before = line.charAt(start - 1);
  // Markdown's emphasis: `_URL_`, `~~URL~~`.
  const marks = `.,;:!?*&#$([${before === '_' || before === '~' ? before : ''}`;
  let end = untrimmedEnd;
  let length = untrimmed.length;
  while (
    length > 0 &&
    marks.includes(untrimmed.charAt(length - 1)) &&
    line.charAt(end - 1) === untrimmed.charAt(length - 1)
  ) {
    end -= 1;
    length -= 1;
  }
  const url = untrimmed.slice(0, length);
  if (length > MAX_URL_LENGTH) return null;
  return /[\p{L}\p{N}]/u.test(tryParseUrl(url)?.hostname ?? '') ? { start, end, url } : null;
}

/** What the sticky pattern matches at an offset. */
function matchAt(sticky: RegExp, line: string, at: number): string | null {
  sticky.lastIndex = at;
  return sticky.exec(line)?.[0] ?? null;
}
