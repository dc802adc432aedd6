// Finds and reads the list of assets that sync, verify and add work on, and the choices that go with it.
import * as path from 'node:path';
import { checkRelativePath } from '../assets/destination';
import { manifestFileName } from '../assets/manifest';
import type { ManifestAsset } from '../assets/manifestEntry';
import { formatProblem } from '../assets/manifestProblems';
import { redactUrl } from '../assets/redact';
import type { SyncChoices } from '../assets/syncPlan';
import { parseListText, readListFile } from './listText';
import { readListOverwrite } from './overwrite';
import { commonOptions, type OptionSpecs, type ParsedOptions } from './parseOptions';
import type { Surroundings } from './surroundings';
import { UsageError } from './usageError';

export const listOptionSpecs = {
  ...commonOptions,
  manifest: { type: 'string' },
} as const satisfies OptionSpecs;

/** Options that say what a person consents to. */
export const consentOptionSpecs = {
  'allow-host': { type: 'string' },
  'allow-sensitive': { type: 'string' },
} as const satisfies OptionSpecs;

/** A sound list: it has no errors, though perhaps warnings. */
export interface AssetList {
  /** Absolute path of the list, and as it is named in messages: relative to the working folder where that is shorter. */
  readonly file: string;
  readonly displayFile: string;
  /** Absolute folder of the list, below which every entry lies. */
  readonly root: string;
  readonly assets: readonly ManifestAsset[];
  /** `asset-fetch.json:12: warning: …`, one each. Missing hashes are left to the summary. */
  readonly warnings: readonly string[];
}

/** Absolute path of the list that `--manifest` names; by default asset-fetch.json in the working folder. */
export function locateList(options: ParsedOptions, cwd: string): string {
  return path.resolve(cwd, options.last('manifest') ?? manifestFileName);
}

/** A list's text, not judged yet. */
export interface ListSource extends Pick<AssetList, 'file' | 'displayFile' | 'root'> {
  readonly text: string;
}

/** Reads the text of the list. Throws UsageError where there is none, FetchError where it cannot be read. */
export function readListSource(options: ParsedOptions, cwd: string): ListSource {
  const file = locateList(options, cwd);
  const displayFile = shorten(file, cwd);
  const text = readListFile(file);
  if (text === null) {
    throw new UsageError(
      `There is no ${displayFile}. Name the list with --manifest, or begin one: asset-fetch add URL PATH.`,
    );
  }
  return { file, displayFile, root: path.dirname(file), text };
}

/** Judges the list. Throws UsageError, which names every error with its line, where any part of it is unsound. */
export function parseList({ file, displayFile, root, text }: ListSource): AssetList {
  const { manifest, problems } = parseListText(file, text);
  if (manifest === null) {
    const errors = problems
      .filter(({ severity }) => severity === 'error')
      .map((error) => formatProblem(error, displayFile));
    throw new UsageError(describeErrors(displayFile, errors));
  }
  const warnings = problems
    .filter(({ severity, code }) => severity === 'warning' && code !== 'missingHash')
    .map((warning) => formatProblem(warning, displayFile));
  return { file, displayFile, root, assets: manifest.assets, warnings };
}

/** The choices of sync. Throws UsageError. */
export function readChoices(options: ParsedOptions, { machine }: Surroundings): SyncChoices {
  return {
    ...machine,
    isFrozen: options.isSet('frozen'),
    overwrite: readListOverwrite(options),
    allowedSensitivePaths: options.all('allow-sensitive').map(asListed),
    allowedPrivateHosts: options.all('allow-host'),
  };
}

/** A path as the list's parser hands it out, however it is spelled; what is no path stays, and allows nothing. */
function asListed(text: string): string {
  try {
    return checkRelativePath(text);
  } catch {
    return text;
  }
}

/** Throws UsageError where a command that takes no operands got one. */
export function refuseOperands(command: string, { operands }: ParsedOptions): void {
  const [first] = operands;
  if (first !== undefined) {
    throw new UsageError(
      `${command} takes no "${redactUrl(first)}". A list other than ${manifestFileName} is given by --manifest.`,
    );
  }
}

function describeErrors(displayFile: string, errors: readonly string[]): string {
  const more = errors.length > 20 ? [`and ${errors.length - 20} more`] : [];
  return [`${displayFile} is not sound, so nothing was fetched.`, ...errors.slice(0, 20), ...more].join('\n');
}

function shorten(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}
