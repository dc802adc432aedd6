// `asset-fetch get URL`: one transfer from start to exit code.
import type { FetchRequest } from '../assets/request';
import { redactUrl } from '../assets/redact';
import type { EngineConfig } from '../bridge/protocol';
import { readEngineConfig } from './engineOptions';
import { exitCodeFor, exitCodes, type ExitCode } from './exitCode';
import { getOptionSpecs, readRequest } from './getOptions';
import { parseOptions } from './parseOptions';
import type { Surroundings } from './surroundings';
import { createReporter, type Report } from './transferReporter';

/** Runs `get` with the arguments behind its name. Resolves to the exit code; throws UsageError and FetchError before a transfer. */
export async function runGet(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = parseOptions(args, getOptionSpecs);
  const request = readRequest(options, surroundings.cwd);
  const config = readEngineConfig(options, surroundings);
  const report = createReporter(
    { json: options.isSet('json'), quiet: options.isSet('quiet'), displayUrl: redactUrl(request.urls[0] ?? '') },
    surroundings,
  );
  return transfer(request, config, report, surroundings);
}

/** One transfer in an engine of its own, which is gone when this resolves. An interrupt cancels it and keeps its bytes. */
async function transfer(
  request: FetchRequest,
  config: EngineConfig,
  report: Report,
  { openEngine, onInterrupt }: Surroundings,
): Promise<ExitCode> {
  const id = 'get';
  let settle: (code: ExitCode) => void;
  const ended = new Promise<ExitCode>((resolve) => (settle = resolve));
  const engine = await openEngine(config, (message) => {
    report(message);
    if (message.type === 'done') settle(exitCodes.done);
    if (message.type === 'failed') settle(exitCodeFor(message.error.code));
  });
  const stopListening = onInterrupt(() => engine.cancel(id));
  try {
    engine.start(id, request);
    return await ended;
  } finally {
    await engine.dispose();
    stopListening();
  }
}
