// The text of a list of assets on disk: reading, judging and replacing it.
import { accessSync, constants, lstatSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { FetchError } from '../assets/fetchError';
import { parseManifest, type ParsedManifest } from '../assets/manifest';
import { addAsset, emptyManifest, type NewAsset } from '../assets/manifestEdit';
import { formatProblem, type Problem } from '../assets/manifestProblems';
import { errnoOf, translateLocalError } from '../engine/localError';
import { realPathOf } from './listLock';
import { UsageError } from './usageError';

/**
 * The text of the list; null where there is none. Throws UsageError for what is no text, FetchError `localIo`,
 * `permissionDenied`.
 */
export function readListFile(file: string): string | null {
  const bytes = readBytes(file);
  try {
    // Anything else than UTF-8 would come back changed when the list is written.
    return bytes === null ? null : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError(`${basename(file)} is not UTF-8 text. Save it as UTF-8, then try again.`);
  }
}

function readBytes(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errnoOf(error) === 'EISDIR') {
      throw new UsageError(`${file} is a folder. --manifest wants the list in it, such as asset-fetch.json.`);
    }
    if (errnoOf(error) !== 'ENOENT') throw translateLocalError(error, 'read', file);
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return null;
    const message = `${file} is a link to a list that is not there. Restore the list, or remove the link.`;
    throw new FetchError('localIo', message, { path: file, reason: 'ENOENT' });
  }
}

/** As `readListFile`; the text of an empty list where there is none yet. */
export function readListText(file: string): string {
  return readListFile(file) ?? emptyManifest;
}

/** Parses the text of the list `file` (absolute), which must not list itself, nor what a link in its place leads to. */
export function parseListText(file: string, text: string): ParsedManifest {
  return parseManifest(text, [basename(file), relative(realPathOf(dirname(file)), realPathOf(file))]);
}

/**
 * The text of the list with one more entry, and warnings about that. Throws UsageError, with every error, where the list is not
 * sound now or would not be with the entry.
 */
export function checkNewEntry(file: string, before: string, asset: NewAsset): { text: string; warnings: string[] } {
  const name = basename(file);
  const { problems: present } = parseListText(file, before);
  requireSound(`${name} is not sound`, present, (problem) => formatProblem(problem, name));
  const text = addAsset(before, asset);
  const { manifest, problems } = parseListText(file, text);
  // Lines of the edited text are none of the file on disk.
  requireSound(
    `With this entry ${name} would not be sound`,
    problems,
    ({ severity, message }) => `${name}: ${severity}: ${message}`,
  );
  const last = (manifest?.assets.length ?? 0) - 1;
  const warnings = problems.filter(({ severity, assetIndex }) => severity === 'warning' && assetIndex === last);
  return { text, warnings: warnings.map((warning) => formatProblem(warning, name)) };
}

function requireSound(verdict: string, problems: readonly Problem[], format: (problem: Problem) => string): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new UsageError([`${verdict}, so nothing was added.`, ...errors.map(format)].join('\n'));
  }
}

/**
 * Throws FetchError `permissionDenied` or `localIo` where the list could not be replaced: better before a download than
 * after it.
 */
export function requireWritableList(file: string): void {
  const real = realPathOf(file);
  try {
    accessSync(dirname(real), constants.W_OK | constants.X_OK);
    if (statSync(real, { throwIfNoEntry: false }) !== undefined) accessSync(real, constants.W_OK);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw translateLocalError(error, 'save', file);
    const folder = dirname(file);
    const message = `The folder ${folder} does not exist. Make it first, or check the spelling.`;
    throw new FetchError('localIo', message, { path: folder });
  }
}

/**
 * Replaces the list as a whole: a reader sees the old text or the new one. Its mode stays, and a link to it stays a link.
 * Throws FetchError `diskFull`, `permissionDenied`, `localIo`.
 */
export function writeListText(file: string, text: string): void {
  const real = realPathOf(file);
  const temporary = `${real}.${process.pid}.tmp`;
  try {
    const mode = statSync(real, { throwIfNoEntry: false })?.mode ?? 0o644;
    writeFileSync(temporary, text, { mode: mode & 0o777, flag: 'wx', flush: true });
    renameSync(temporary, real);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw translateLocalError(error, 'save', file);
  }
}
