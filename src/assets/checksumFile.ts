// Reads checksum files (`file.sha256`, `SHA256SUMS`, `B2SUMS`…) and finds the line of one file. Fetching them is the engine's part.
import { algorithmNamed, combineIntegrity, integrityFromHex } from './integrity';
import type { HashAlgorithm, Integrity } from './integrity';

export interface ChecksumLine {
  /** The file that the line names; null for a hash that stands alone. */
  readonly name: string | null;
  readonly integrity: Integrity;
}

/**
 * Every hash of a checksum file. Understood are coreutils lines (`HEX  name`, `HEX *name`, escaped names), BSD and OpenSSL
 * lines (`SHA256 (name) = HEX`) and bare hashes; comments, signatures and anything else are passed over.
 * `checksumName` is the checksum file's own name: it tells BLAKE digests from SHA ones of the same length.
 */
export function parseChecksumFile(text: string, checksumName = ''): ChecksumLine[] {
  const algorithm = algorithmOfName(checksumName);
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .flatMap((line) => parseLine(line, algorithm) ?? []);
}

/**
 * The hashes that a checksum file holds for `fileName`; empty where it holds none. A full path that matches goes before a
 * matching last component; a hash without a name counts only when it is alone in the file.
 * @throws FetchError `invalidRequest` when two lines contradict each other
 */
export function findChecksum(text: string, fileName: string, checksumName = ''): Integrity[] {
  const lines = parseChecksumFile(text, checksumName);
  const exact = lines.filter(({ name }) => name !== null && plainPath(name) === plainPath(fileName));
  if (exact.length > 0) return combineIntegrity(exact.map(({ integrity }) => integrity));
  const sameBase = lines.filter(({ name }) => name !== null && baseName(name) === baseName(fileName));
  if (sameBase.length > 0) return combineIntegrity(sameBase.map(({ integrity }) => integrity));
  const [only] = lines;
  return lines.length === 1 && only?.name === null ? [only.integrity] : [];
}

function parseLine(line: string, algorithm: HashAlgorithm | null): ChecksumLine | null {
  return parseBsdLine(line.trim()) ?? parseCoreutilsLine(line.trim(), algorithm);
}

/** `SHA256 (name) = HEX`, and OpenSSL's `SHA2-256(name)= HEX`. */
function parseBsdLine(line: string): ChecksumLine | null {
  const open = line.indexOf('(');
  const close = line.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const algorithm = algorithmNamed(
    line
      .slice(0, open)
      .trim()
      .replace(/^SHA2-/i, 'SHA'),
  );
  const rest = line.slice(close + 1).trimStart();
  if (algorithm === null || !rest.startsWith('=')) return null;
  const integrity = integrityFromHex(algorithm, rest.slice(1).trim());
  return integrity === null ? null : { name: line.slice(open + 1, close), integrity };
}

/** `HEX  name`, `HEX *name`, `\HEX  escaped\nname`, `HEX  -` or `HEX`. */
function parseCoreutilsLine(line: string, algorithm: HashAlgorithm | null): ChecksumLine | null {
  const isEscaped = line.startsWith('\\');
  const match = /^\\?([0-9a-fA-F]{32,128})(?:[ \t]+\*?(\S.*))?$/.exec(line);
  if (match?.[1] === undefined) return null;
  const integrity = integrityFromHex(algorithm, match[1]) ?? integrityFromHex(null, match[1]);
  if (integrity === null) return null;
  // `-` is standard input: the hash of a file whose name the tool never saw.
  if (match[2] === undefined || match[2] === '-') return { name: null, integrity };
  return { name: isEscaped ? unescapeName(match[2]) : match[2], integrity };
}

/** coreutils writes newlines and backslashes of a name as `\n`, `\r`, `\\` and marks the line with a leading backslash. */
function unescapeName(name: string): string {
  return name.replace(/\\([nr\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\'));
}

/** `SHA256SUMS`, `file.b3`, `x.blake2b`… as an algorithm. */
function algorithmOfName(checksumName: string): HashAlgorithm | null {
  const name = checksumName.toLowerCase();
  if (/(?:^|\.)b3(?:sums?)?(?:\.txt)?$/.test(name)) return 'blake3';
  if (/(?:^|\.)b2(?:sums?)?(?:\.txt)?$/.test(name)) return 'blake2b512';
  const written = /(sha-?(?:256|384|512|1)|md5|blake3|blake2b(?:-?512)?)(?:sums?)?(?:\.txt)?$/.exec(name)?.[1];
  return written === undefined ? null : algorithmNamed(written);
}

function plainPath(path: string): string {
  return path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}

function baseName(path: string): string {
  return plainPath(path).split('/').at(-1) ?? '';
}
