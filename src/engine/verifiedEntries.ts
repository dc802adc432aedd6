// The form of the verified cache on disk. Checked by hand rather than by a schema: ten thousand entries have to load in no time.
import { createHash } from 'node:crypto';
import { hashAlgorithms, type HashAlgorithm } from '../assets/integrity';

/** What a file looked like when its digests were recorded. Integers as decimal strings: nanoseconds and inodes exceed a double. */
export interface VerifiedEntry {
  readonly size: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly ino: string;
  readonly recordedAtNs: string;
  readonly digests: Readonly<Partial<Record<HashAlgorithm, string>>>;
}

/** By absolute path, the first recorded first. */
export type Entries = Map<string, VerifiedEntry>;

/** `{"version":1,"checksum":…}`, and on the second line `[[path, size, mtimeNs, ctimeNs, ino, recordedAtNs, {algorithm: hex}], …]`. */
export function formatEntries(entries: readonly (readonly [string, VerifiedEntry])[]): string {
  const rows = entries.map(([path, { size, mtimeNs, ctimeNs, ino, recordedAtNs, digests }]) => {
    return [path, size, mtimeNs, ctimeNs, ino, recordedAtNs, digests];
  });
  const body = JSON.stringify(rows);
  return `${JSON.stringify({ version: 1, checksum: checksumOf(body) })}\n${body}\n`;
}

/** Null where the text is not whole, or of another version. */
export function parseEntries(text: string): Entries | null {
  const [head = '', body = ''] = text.split('\n', 2);
  try {
    if (head !== JSON.stringify({ version: 1, checksum: checksumOf(body) })) return null;
    const rows: unknown = JSON.parse(body);
    return Array.isArray(rows) ? new Map(rows.map(readRow)) : null;
  } catch {
    return null;
  }
}

function readRow(row: unknown): [string, VerifiedEntry] {
  if (!Array.isArray(row) || row.length !== 7) throw new Error('not a row');
  const [path, size, mtimeNs, ctimeNs, ino, recordedAtNs] = row.slice(0, 6).map(readString);
  if (!path || !size || !mtimeNs || !ctimeNs || !ino || !recordedAtNs) throw new Error('an empty field');
  return [path, { size, mtimeNs, ctimeNs, ino, recordedAtNs, digests: readDigests(row[6]) }];
}

function readString(field: unknown): string {
  if (typeof field !== 'string') throw new Error('not a string');
  return field;
}

function readDigests(field: unknown): VerifiedEntry['digests'] {
  if (typeof field !== 'object' || field === null) throw new Error('not digests');
  const known: readonly string[] = hashAlgorithms;
  for (const [algorithm, hex] of Object.entries(field)) {
    if (!known.includes(algorithm) || typeof hex !== 'string') throw new Error('not a digest');
  }
  return field;
}

function checksumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}
