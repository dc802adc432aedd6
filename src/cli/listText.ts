// The text of a list of assets on disk: reading, judging and replacing it.
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseManifest } from '../assets/manifest';
import { emptyManifest } from '../assets/manifestEdit';
import { formatProblem } from '../assets/manifestProblems';
import { errnoOf, translateLocalError } from '../engine/localError';
import { UsageError } from './usageError';

/** The text of the list; that of an empty one where there is none yet. Throws FetchError `localIo`, `permissionDenied`. */
export function readListText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return emptyManifest;
    throw translateLocalError(error, 'read', file);
  }
}

/** Throws UsageError, with every error's line, where the text is no sound list. The result: warnings about the last entry. */
export function checkListText(file: string, text: string): string[] {
  const { manifest, problems } = parseManifest(text);
  const tell = (severity: string, index: number | null = null): string[] =>
    problems
      .filter((problem) => problem.severity === severity && (index === null || problem.assetIndex === index))
      .map((problem) => formatProblem(problem, basename(file)));
  if (manifest === null) {
    throw new UsageError([`${basename(file)} would not be sound, so nothing was done.`, ...tell('error')].join('\n'));
  }
  return tell('warning', manifest.assets.length - 1);
}

/**
 * Replaces the list as a whole: a reader sees the old text or the new one. Its mode stays, and a link to it stays a link.
 * Throws FetchError `diskFull`, `permissionDenied`, `localIo`.
 */
export function writeListText(file: string, text: string): void {
  const real = statSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file);
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
