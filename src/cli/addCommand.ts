// `asset-fetch add URL PATH`: fetches a file, then writes it into the list with its hash and size.
import * as path from 'node:path';
import { checkRelativePath } from '../assets/destination';
import { exitCodeFor, exitCodes, type ExitCode } from '../assets/exitCode';
import { addAsset, type NewAsset } from '../assets/manifestEdit';
import { redactUrl } from '../assets/redact';
import { makeRequest, type FetchResult } from '../assets/request';
import { listOptionSpecs, locateList } from './assetList';
import { asUsage } from './asUsage';
import { engineOptionSpecs, readConnections, readEngineConfig } from './engineOptions';
import { checkUrl, readHeaders } from './getOptions';
import { cleanForTerminal } from './lineOutput';
import { checkListText, readListText, writeListText } from './listText';
import { runOneTransfer } from './oneTransfer';
import { readListOverwrite } from './overwrite';
import { parseOptions, type OptionSpecs } from './parseOptions';
import type { Surroundings } from './surroundings';
import { createReporter } from './transferReporter';
import { UsageError } from './usageError';

export const addOptionSpecs = {
  ...listOptionSpecs,
  ...engineOptionSpecs,
  header: { type: 'string' },
  overwrite: { type: 'string' },
} as const satisfies OptionSpecs;

/**
 * Runs `add`. The list is judged with the new entry before anything is fetched, and written only after the file is there.
 * Resolves to the exit code; throws UsageError for arguments and lists that are unsound.
 */
export async function runAdd(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = parseOptions(args, addOptionSpecs);
  const list = locateList(options, surroundings.cwd);
  const asset = readAsset(options.operands);
  checkListText(list, addAsset(readListText(list), asset));
  const request = makeRequest({
    urls: asset.urls,
    root: path.dirname(list),
    path: asset.path,
    headers: readHeaders(options.all('header')),
    overwrite: readListOverwrite(options),
    connections: readConnections(options),
  });
  const displayUrl = redactUrl(asset.urls[0] ?? '');
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayUrl };
  const report = createReporter(output, surroundings);
  const outcome = await runOneTransfer(request, readEngineConfig(options, surroundings), report, surroundings);
  if (outcome.type === 'failed') return exitCodeFor(outcome.error.code);
  const warnings = writeEntry(list, asset, outcome.result);
  if (!output.quiet) for (const warning of warnings) surroundings.stderr.writeLine(cleanForTerminal(warning));
  return exitCodes.done;
}

/** The entry that the operands describe, not proven yet. */
function readAsset([url, givenPath, ...rest]: readonly string[]): NewAsset {
  if (url === undefined || givenPath === undefined || rest.length > 0) {
    throw new UsageError('add wants a URL and a path below the list: asset-fetch add https://example.com/f models/f');
  }
  const assetPath = asUsage('add', () => checkRelativePath(givenPath));
  return { path: assetPath, urls: [checkUrl(url, 'add')], integrity: [], sizeBytes: null };
}

/** Writes the entry with its proof; the result is warnings about it. The list is read anew: a person may have edited it. */
function writeEntry(list: string, asset: NewAsset, { bytes, sha256 }: FetchResult): string[] {
  const integrity = [{ algorithm: 'sha256', digestHex: sha256 } as const];
  const text = addAsset(readListText(list), { ...asset, integrity, sizeBytes: bytes });
  const warnings = checkListText(list, text);
  writeListText(list, text);
  return warnings;
}
