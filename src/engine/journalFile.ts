// The journal's form on disk: a checksummed envelope around the record, and judging what was read.
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { integritySchema } from '../assets/integrity';
import type { RangeSet } from './byteRanges';
import type { FileSystem } from './fileSystem';
import { errnoOf } from './localError';

/** Journals are some hundred bytes, a few KiB with many ranges; anything larger is not one. */
const MOST_BYTES = 4 * 1024 * 1024;

const byteCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const ranges = v.pipe(
  v.array(v.tuple([byteCount, byteCount])),
  v.check((set) => areSortedAndDisjoint(set)),
);

const urlHash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const recordSchema = v.pipe(
  v.object({
    version: v.literal(1),
    displayUrl: v.string(),
    urlHash,
    sourceUrlHash: v.optional(urlHash),
    isUrlRedacted: v.boolean(),
    root: v.string(),
    path: v.string(),
    isFolder: v.boolean(),
    name: v.nullable(v.string()),
    integrity: v.array(integritySchema),
    etag: v.nullable(v.string()),
    lastModified: v.nullable(v.string()),
    validator: v.nullable(v.object({ kind: v.picklist(['etag', 'lastModified']), value: v.string() })),
    totalBytes: v.nullable(byteCount),
    isLengthProven: v.optional(v.boolean()),
    written: ranges,
    flushed: ranges,
    savedAtMs: v.pipe(v.number(), v.safeInteger()),
    partStamp: v.optional(v.string()),
  }),
  v.check(({ written, flushed, totalBytes }) => {
    return isWithin(written, [[0, totalBytes ?? Number.MAX_SAFE_INTEGER]]) && isWithin(flushed, written);
  }),
);

/** What a resume needs; journal.ts describes the fields. */
export type StoredRecord = v.InferOutput<typeof recordSchema>;

/** What lies at a journal's path. */
export type JournalFile =
  | { readonly type: 'absent' }
  | { readonly type: 'corrupt' }
  | { readonly type: 'newer'; readonly version: number }
  | { readonly type: 'read'; readonly bootId: string; readonly record: StoredRecord };

const envelopeSchema = v.object({ checksum: v.string(), bootId: v.string(), record: v.unknown() });

/** Reads one journal file; anything but a whole, checked record is `absent`, `newer` or `corrupt`. Errors are node's. */
export async function readJournalFile(fileSystem: FileSystem, path: string): Promise<JournalFile> {
  try {
    const stats = await fileSystem.lstat(path);
    if (!stats.isFile() || stats.size > MOST_BYTES) return { type: 'corrupt' };
    return parseJournal((await fileSystem.readFile(path)).toString('utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { type: 'absent' };
    throw error;
  }
}

/** Never throws: the bytes may be anything. */
export function parseJournal(text: string): JournalFile {
  try {
    const parsed: unknown = JSON.parse(text);
    const version = readVersion(parsed);
    if (version > 1) return { type: 'newer', version };
    const { checksum, bootId, record } = v.parse(envelopeSchema, parsed);
    if (checksum !== checksumOf(bootId, record)) return { type: 'corrupt' };
    return { type: 'read', bootId, record: v.parse(recordSchema, record) };
  } catch {
    return { type: 'corrupt' };
  }
}

/** The whole file, as `parseJournal` takes it. */
export function formatJournal(bootId: string, record: { readonly version: 1 }): string {
  return `${JSON.stringify({ version: 1, checksum: checksumOf(bootId, record), bootId, record })}\n`;
}

function readVersion(parsed: unknown): number {
  if (typeof parsed !== 'object' || parsed === null || !('version' in parsed)) return 0;
  return Number.isSafeInteger(parsed.version) ? Number(parsed.version) : 0;
}

/** JSON that was parsed and printed again is the same text, so the checksum needs no canonical form. */
function checksumOf(bootId: string, record: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([bootId, record]))
    .digest('hex');
}

function areSortedAndDisjoint(set: RangeSet): boolean {
  let lastEnd = -1;
  return set.every(([start, end]) => {
    const isNext = start > lastEnd && end > start;
    lastEnd = end;
    return isNext;
  });
}

/** Whether every range of `inner` lies in one of `outer`. */
function isWithin(inner: RangeSet, outer: RangeSet): boolean {
  return inner.every(([start, end]) => outer.some((range) => range[0] <= start && end <= range[1]));
}
