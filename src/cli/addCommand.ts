// `asset-fetch add URL PATH`: fetches a file, then writes it into the list with its hash and size.
import * as path from 'node:path';
import { checkRelativePath } from '../assets/destination';
import { addAsset, type NewAsset } from '../assets/manifestEdit';
import { redactUrl } from '../assets/redact';
import { makeRequest } from '../assets/request';
import { listOptionSpecs, locateList } from './assetList';
import { asUsage } from './asUsage';
import { engineOptionSpecs, readConnections, readEngineConfig } from './engineOptions';
import { exitCodeFor, exitCodes, type ExitCode } from './exitCode';
import { checkUrl, readHeaders } from './getOptions';
import { cleanForTerminal } from './lineOutput';
import { checkListText, readListText, writeListText } from './listText';
import { runOneTransfer } from './oneTransfer';
import { readOverwrite } from './overwrite';
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
  const [url, givenPath, ...rest] = options.operands;
  if (url === undefined || givenPath === undefined || rest.length > 0) {
    throw new UsageError(
      'add wants a URL and a path below the list: asset-fetch add https://example.com/file models/file',
    );
  }
  checkUrl(url, 'add');
  const list = locateList(options, surroundings.cwd);
  const assetPath = asUsage('add', () => checkRelativePath(givenPath));
  checkListText(list, addAsset(readListText(list), withoutProof(url, assetPath)));
  const overwrite = readOverwrite(options.last('overwrite'));
  if (overwrite === 'keepBoth') throw new UsageError('The list will name one file: --overwrite is fail or replace.');
  const request = makeRequest({
    urls: [url],
    root: path.dirname(list),
    path: assetPath,
    headers: readHeaders(options.all('header')),
    overwrite,
    connections: readConnections(options),
  });
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayUrl: redactUrl(url) };
  const report = createReporter(output, surroundings);
  const outcome = await runOneTransfer(request, readEngineConfig(options, surroundings), report, surroundings);
  if (outcome.type === 'failed') return exitCodeFor(outcome.error.code);
  const { bytes: sizeBytes, sha256 } = outcome.result;
  const integrity = [{ algorithm: 'sha256', digestHex: sha256 } as const];
  // Read anew: a person may have edited the list while the file was on its way.
  const text = addAsset(readListText(list), { ...withoutProof(url, assetPath), integrity, sizeBytes });
  const warnings = checkListText(list, text);
  writeListText(list, text);
  if (!output.quiet) for (const warning of warnings) surroundings.stderr.writeLine(cleanForTerminal(warning));
  return exitCodes.done;
}

function withoutProof(url: string, assetPath: string): NewAsset {
  return { path: assetPath, urls: [url], integrity: [], sizeBytes: null };
}
