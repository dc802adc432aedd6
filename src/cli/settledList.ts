// Remembers that a list was found wholly up to date, as git's index does for files: the same list over files whose stats are
// the same need not be parsed, compared or hashed again. Ten thousand entries then cost ten thousand lstats and little more.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { timeResolutionNs } from '../engine/timeResolution';

/** What `sync` would find out by working through the list. */
export interface SettledList {
  readonly upToDate: number;
  readonly skippedPlatform: number;
  /** Paths of entries without a strong hash. */
  readonly unpinned: readonly string[];
  /** Lines about the list itself. */
  readonly warnings: readonly string[];
}

/** Where a list's memory is kept, and what it holds for. */
export interface SettledListPlace {
  readonly stateDir: string;
  /** Absolute path of the list, and its folder. */
  readonly file: string;
  readonly root: string;
  /** Everything that the outcome depends on besides the disk: the list's text, the choices, this program's version. */
  readonly inputs: readonly string[];
}

const settledSchema = v.object({
  key: v.string(),
  statsDigest: v.string(),
  paths: v.array(v.string()),
  upToDate: v.number(),
  skippedPlatform: v.number(),
  unpinned: v.array(v.string()),
  warnings: v.array(v.string()),
});

/** What is known of the list; null where the list, the choices or any file changed since, or nothing was remembered. */
export function recallSettled(place: SettledListPlace): SettledList | null {
  try {
    const memory = v.parse(settledSchema, JSON.parse(readFileSync(memoryFile(place), 'utf8')));
    if (memory.key !== keyOf(place)) return null;
    return digestStats(place.root, memory.paths)?.digest === memory.statsDigest ? memory : null;
  } catch {
    // Missing, cut short, of another version: the list is worked through, which is always right.
    return null;
  }
}

/**
 * Remembers that every file of `paths` (relative to the root) was found to be as listed by a look that began at `lookedAtMs`
 * (wall clock). Files that changed since, or shortly before, keep it from being remembered: their stamps might hide a later
 * change. Never raises: forgetting costs time alone.
 */
export function rememberSettled(
  place: SettledListPlace,
  paths: readonly string[],
  settled: SettledList,
  lookedAtMs: number,
): void {
  const stats = digestStats(place.root, paths);
  if (stats === null || stats.settledFromNs > BigInt(Math.floor(lookedAtMs)) * 1_000_000n) return;
  const memory = { ...settled, key: keyOf(place), statsDigest: stats.digest, paths };
  try {
    replaceFile(memoryFile(place), JSON.stringify(memory));
  } catch {
    // A full disk, or a state folder that cannot be written.
  }
}

function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Forgets a list: a file was found to hold other bytes though its stats are the same. Never raises. */
export function forgetSettled(place: Pick<SettledListPlace, 'stateDir' | 'file'>): void {
  try {
    rmSync(memoryFile(place), { force: true });
  } catch {
    // A state folder that cannot be written.
  }
}

/**
 * One digest over all stats, and from when on another change would show in them; null where a file is missing or no file.
 * Change times count: nobody can set them back.
 */
function digestStats(root: string, paths: readonly string[]): { digest: string; settledFromNs: bigint } | null {
  let settledFromNs = 0n;
  const lines: string[] = [];
  for (const path of paths) {
    const stats = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
    if (stats?.isFile() !== true) return null;
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    for (const timeNs of [mtimeNs, ctimeNs]) {
      const settledNs = timeNs + timeResolutionNs(timeNs);
      if (settledNs > settledFromNs) settledFromNs = settledNs;
    }
    lines.push(`${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`);
  }
  return { digest: hash(lines.join('\n')), settledFromNs };
}

function memoryFile({ stateDir, file }: Pick<SettledListPlace, 'stateDir' | 'file'>): string {
  return join(stateDir, 'lists', `${hash(file).slice(0, 32)}.json`);
}

function keyOf({ file, inputs }: SettledListPlace): string {
  return hash([file, ...inputs].join('\0'));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
