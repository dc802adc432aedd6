// `asset-fetch add URL PATH`: fetches a file, then writes it into the list with its hash and size.
import * as path from 'node:path';
import { checkRelativePath } from '../assets/destination';
import { exitCodeFor, exitCodes, type ExitCode } from '../assets/exitCode';
import type { NewAsset } from '../assets/manifestEdit';
import { redactUrl } from '../assets/redact';
import { makeRequest, type FetchResult } from '../assets/request';
import { listOptionSpecs, locateList } from './assetList';
import { asUsage } from './asUsage';
import { engineOptionSpecs, readConnections, readEngineConfig } from './engineOptions';
import { checkUrl, readHeaders } from './getOptions';
import { cleanForTerminal } from './lineOutput';
import { withListLock } from './listLock';
import { checkNewEntry, readListText, requireWritableList, writeListText } from './listText';
import { runOneTransfer } from './oneTransfer';
import { readListOverwrite } from './overwrite';
import { parseOptions, type OptionSpecs } from './parseOptions';
import type { Surroundings } from './surroundings';
import { createReporter, type Report } from './transferReporter';
import { forgetUnlisted, recallUnlisted, rememberUnlisted } from './unlistedFile';
import { UsageError } from './usageError';

export const addOptionSpecs = {
  ...listOptionSpecs,
  ...engineOptionSpecs,
  header: { type: 'string' },
  overwrite: { type: 'string' },
} as const satisfies OptionSpecs;

/**
 * Runs `add`. The list is judged with the new entry before anything is fetched, and written only after the file is there;
 * `done` is told when the entry is on the list. Resolves to the exit code; throws UsageError for arguments and lists that
 * are unsound, FetchError where the list cannot be written.
 */
export async function runAdd(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = parseOptions(args, addOptionSpecs);
  const list = locateList(options, surroundings.cwd);
  const { asset, url } = readAsset(options.operands);
  checkNewEntry(list, readListText(list), asset);
  requireWritableList(list);
  const config = readEngineConfig(options, surroundings);
  const unlisted = { stateDir: config.stateDir, file: path.join(path.dirname(list), asset.path), url };
  const overwrite = readListOverwrite(options);
  const request = makeRequest({
    urls: asset.urls,
    root: path.dirname(list),
    path: asset.path,
    // Whoever has a file replaced wants what the server has now.
    integrity: overwrite === 'fail' ? recallUnlisted(unlisted) : [],
    headers: readHeaders(options.all('header')),
    overwrite,
    connections: readConnections(options),
  });
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayUrl: redactUrl(url) };
  const report = createReporter({ ...output, command: 'add' }, surroundings);
  const outcome = await runOneTransfer(request, config, exceptDone(report), surroundings);
  if (outcome.type === 'failed') return exitCodeFor(outcome.error.code);
  rememberUnlisted(unlisted, outcome.result.sha256);
  const warnings = await withListLock(list, () => writeEntry(list, asset, outcome.result));
  forgetUnlisted(unlisted);
  report({ ...outcome, id: 'add' });
  if (!output.quiet) for (const warning of warnings) surroundings.stderr.writeLine(cleanForTerminal(warning));
  return exitCodes.done;
}

function exceptDone(report: Report): Report {
  return (message) => {
    if (message.type !== 'done') report(message);
  };
}

/** The entry that the operands describe, not proven yet. */
function readAsset([url, givenPath, ...rest]: readonly string[]): { asset: NewAsset; url: string } {
  if (url === undefined || givenPath === undefined || rest.length > 0) {
    throw new UsageError('add wants a URL and a path below the list: asset-fetch add https://example.com/f models/f');
  }
  const assetPath = asUsage('add', () => checkRelativePath(givenPath));
  const checkedUrl = checkUrl(url, 'add');
  return { asset: { path: assetPath, urls: [checkedUrl], integrity: [], sizeBytes: null }, url: checkedUrl };
}

/**
 * Writes the entry with its proof; the result is warnings about it. The list is read anew: a person or another `add` may have
 * edited it.
 */
function writeEntry(list: string, asset: NewAsset, { bytes, sha256 }: FetchResult): string[] {
  const integrity = [{ algorithm: 'sha256', digestHex: sha256 } as const];
  const { text, warnings } = checkNewEntry(list, readListText(list), { ...asset, integrity, sizeBytes: bytes });
  writeListText(list, text);
  return warnings;
}
