// Where a file goes: a name from headers and URL, and a path that stays inside its root on every system. Symlinks and what is on
// disk already are engine/place.ts.
import { parse as parseDisposition } from 'content-disposition';
import { FetchError } from './fetchError';
import { cleanName, isDeviceName, maxComponentBytes, maxNameBytes, utf8Bytes } from './fileName';
import { isUnprintable } from './printable';
import { redactText, tryParseUrl } from './redact';
import { isSensitivePath } from './sensitivePath';

/** Longest relative path accepted, in bytes: half of what macOS takes for a whole path is left to the root. */
const MAX_PATH_BYTES = 512;

/**
 * A file name for a download: from Content-Disposition (RFC 6266), else from the URL that a redirect led to, else from the URL,
 * else `download`. `contentDisposition` holds every such header line. The result is one component that every file system
 * stores, at most `maxNameBytes` long. A server never proposes a sensitive name such as `package.json`; the URL may, since
 * whoever gave it chose it.
 */
export function proposeFileName(from: {
  contentDisposition: readonly string[];
  url: string | URL;
  redirectedTo?: URL | null;
}): string {
  const { contentDisposition, url, redirectedTo = null } = from;
  const namesOfServer = [nameOfHeader(contentDisposition), redirectedTo && nameOfUrl(redirectedTo)];
  const chosen = namesOfServer.find((name) => name !== null && !isSensitivePath(name));
  return chosen ?? nameOfUrl(url) ?? 'download';
}

/**
 * The path of a person or manifest, `/`-separated and without `./`, proven to stay below its root and to be storable under the
 * same name on Linux, macOS and Windows.
 * @throws FetchError `unsafePath`
 */
export function checkRelativePath(path: string): string {
  const slashed = path.replaceAll('\\', '/');
  if (slashed.trim() === '') throw unsafe(path, 'is empty');
  if (slashed.startsWith('/')) throw unsafe(path, 'is absolute; give one relative to the folder');
  // Before anything else that has a colon: `C:\x`, and `C:x`, relative to a drive's current folder.
  if (/^[A-Za-z]:/.test(slashed)) throw unsafe(path, 'names a drive; give one relative to the folder');
  if (slashed.endsWith('/')) throw unsafe(path, 'names a folder; add the name of the file');
  const components = slashed.split('/').filter((component) => component !== '' && component !== '.');
  if (components.length === 0) throw unsafe(path, 'names a folder; add the name of the file');
  components.forEach((component, index) => {
    const reason = faultOfComponent(component, index === components.length - 1 ? maxNameBytes : maxComponentBytes);
    if (reason !== null) throw unsafe(path, reason);
  });
  const checked = components.join('/');
  if (utf8Bytes(checked) > MAX_PATH_BYTES) throw unsafe(path, `is longer than ${MAX_PATH_BYTES} bytes`);
  return checked;
}

function faultOfComponent(component: string, maxBytes: number): string | null {
  if (component === '..') return 'leaves its folder (“..”)';
  if (component === '~') return 'means a home folder (“~”)';
  if (isUnprintable(component)) return 'holds control characters';
  if (isDeviceName(component)) return `uses the name “${component}”, which Windows reserves`;
  const illegal = /[<>:"|?*]/.exec(component)?.[0];
  if (illegal !== undefined) return `holds “${illegal}”, which Windows does not store`;
  if (/^\s|[. ]$|\s$/.test(component)) return 'has a component that begins or ends with a blank, or ends with a dot';
  return utf8Bytes(component) > maxBytes ? `has a name longer than ${maxBytes} bytes` : null;
}

function unsafe(path: string, reason: string): FetchError {
  // A URL in place of a path is an easy slip, and may hold a password.
  const plain = redactText(path);
  const shown = JSON.stringify(plain.length > 200 ? `${plain.slice(0, 200)}…` : plain);
  return new FetchError('unsafePath', `The path ${shown} ${reason}.`, { path: plain.slice(0, 1000) });
}

/** Null without a usable name. Two header lines contradict each other or were smuggled in, so neither counts. */
function nameOfHeader(lines: readonly string[]): string | null {
  const [line] = lines;
  if (line === undefined || lines.length > 1) return null;
  const name = parseName(line) ?? parseName(withoutExtendedName(line));
  return name === null ? null : cleanName(name);
}

/** `filename*` where there is one, else `filename`; null for a header that breaks the grammar or a charset. */
function parseName(line: string): string | null {
  try {
    const name = parseDisposition(line).parameters['filename'];
    // The library puts U+FFFD where bytes are not UTF-8.
    return name === undefined || name.includes('\ufffd') ? null : decodeRawUtf8(name);
  } catch {
    return null;
  }
}

/** RFC 6266 §4.3: a recipient that cannot read `filename*` goes by `filename`. */
function withoutExtendedName(line: string): string {
  return line.replace(/;[ \t]*filename\*[ \t]*=[^;"]*/i, '');
}

/** Servers put UTF-8 into plain `filename`; Node hands it over as one character per byte. */
function decodeRawUtf8(name: string): string {
  if (!/[\x80-\xff]/.test(name) || /[^\0-\xff]/.test(name)) return name;
  const decoded = Buffer.from(name, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? name : decoded;
}

function nameOfUrl(url: string | URL): string | null {
  const pathname = tryParseUrl(String(url))?.pathname ?? '';
  const last = pathname.split('/').findLast((component) => component !== '') ?? '';
  return cleanName(decodePercent(last));
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
