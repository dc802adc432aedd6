// `asset-fetch get URL`: one file.
import { exitCodeFor, exitCodes, type ExitCode } from '../assets/exitCode';
import { redactUrl } from '../assets/redact';
import { readEngineConfig } from './engineOptions';
import { getOptionSpecs, readRequest } from './getOptions';
import { runOneTransfer } from './oneTransfer';
import { parseOptions } from './parseOptions';
import type { Surroundings } from './surroundings';
import { createReporter } from './transferReporter';

/** Runs `get` with the arguments behind its name. Resolves to the exit code; throws UsageError and FetchError before a transfer. */
export async function runGet(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = parseOptions(args, getOptionSpecs);
  const request = readRequest(options, surroundings.cwd);
  const config = readEngineConfig(options, surroundings);
  const displayUrl = redactUrl(request.urls[0] ?? '');
  const output = { json: options.isSet('json'), quiet: options.isSet('quiet'), displayUrl };
  const outcome = await runOneTransfer(
    request,
    config,
    createReporter({ ...output, command: 'get' }, surroundings),
    surroundings,
  );
  return outcome.type === 'done' ? exitCodes.done : exitCodeFor(outcome.error.code);
}
