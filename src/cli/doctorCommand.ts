// `asset-fetch doctor URL`: what happens on the way to a URL, step by step. The finding out is engine/doctor.ts.
import { exitCodes, type ExitCode } from '../assets/exitCode';
import type { DiagnosisStep } from '../bridge/diagnosis';
import { diagnoseUrl } from '../engine/doctor';
import { networkOptionSpecs, readEngineConfig } from './engineOptions';
import { checkUrl } from './getOptions';
import { toJsonLine } from './jsonEvents';
import { cleanForTerminal } from './lineOutput';
import { commonOptions, parseOptions, type OptionSpecs } from './parseOptions';
import type { Surroundings } from './surroundings';
import { UsageError } from './usageError';
import { withInterrupt } from './whenAborted';

export const doctorOptionSpecs = { ...commonOptions, ...networkOptionSpecs } as const satisfies OptionSpecs;

/** Runs `doctor`: a line on stdout for each step, or NDJSON. Resolves to 0, or 1 where a step failed. */
export async function runDoctor(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const options = parseOptions(args, doctorOptionSpecs);
  const [url, second] = options.operands;
  if (url === undefined || second !== undefined) {
    throw new UsageError('doctor takes one URL: asset-fetch doctor https://example.com/file');
  }
  checkUrl(url, 'doctor');
  const { env, stdout } = surroundings;
  const network = { ...readEngineConfig(options, surroundings), environment: env };
  return withInterrupt(surroundings, async (signal) => {
    let hasFailed = false;
    for await (const step of diagnoseUrl(url, network, signal)) {
      hasFailed ||= step.outcome === 'fail';
      stdout.writeLine(options.isSet('json') ? toJsonLine({ event: 'step', ...step }) : describeStep(step));
    }
    signal.throwIfAborted();
    return hasFailed ? exitCodes.transferFailed : exitCodes.done;
  });
}

/** `  ok   tls         TLSv1.3, …`: outcome and step in columns, further lines below the text. */
function describeStep({ outcome, step, text }: DiagnosisStep): string {
  const lines = text.split('\n').map(cleanForTerminal);
  return `${outcome.padEnd(4)}  ${step.padEnd(11)} ${lines.join(`\n${' '.repeat(18)}`)}`;
}
