// The command line as a table: command -> help and handler. Commands load only what they need, when they run.
import { exitCodeFor, exitCodes, type ExitCode } from '../assets/exitCode';
import { FetchError } from '../assets/fetchError';
import { redactText, redactUrl } from '../assets/redact';
import { translateLocalError } from '../engine/localError';
import { findNearest } from './didYouMean';
import { toJsonLine } from './jsonEvents';
import { cleanForTerminal } from './lineOutput';
import type { Surroundings } from './surroundings';
import { UsageError } from './usageError';

type Handler = (args: readonly string[], surroundings: Surroundings) => Promise<ExitCode>;

const commands: Readonly<Record<string, () => Promise<Handler>>> = {
  get: async () => (await import('./getCommand')).runGet,
  sync: async () => (await import('./syncCommand')).runSync,
  verify: async () => (await import('./verifyCommand')).runVerify,
  add: async () => (await import('./addCommand')).runAdd,
  doctor: async () => (await import('./doctorCommand')).runDoctor,
};

/** Runs the command that `args` (without node and script) name. Resolves to the exit code; whatever goes wrong is told. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  try {
    return await dispatch(args, surroundings);
  } catch (error) {
    const failure = error instanceof UsageError ? error : asFailure(error);
    return reportRefusal(failure, args, surroundings);
  }
}

/** Errors of the disk have been translated where they came up; one that has not is no defect either. */
function asFailure(error: unknown): FetchError {
  const path = error instanceof Error && 'path' in error ? String(error.path) : 'a file';
  return translateLocalError(error, 'prepare', path);
}

async function dispatch(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const [name, ...rest] = args;
  const isCommand = name !== undefined && Object.hasOwn(commands, name);
  if (asksForHelp(args)) return printHelp(isCommand ? name : (rest[0] ?? ''), surroundings);
  if (name === '--version' || name === '-V') return printVersion(surroundings);
  const load = isCommand ? commands[name] : undefined;
  if (load === undefined) throw new UsageError(describeUnknownCommand(name, rest));
  const handler = await load();
  return handler(rest, surroundings);
}

/** `--help`, or `-h` alone or with other switches, anywhere before `--`; or the word `help` in front. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end === -1 ? args : args.slice(0, end);
  return args[0] === 'help' || options.some((option) => option === '--help' || /^-q*h[hq]*$/.test(option));
}

async function printHelp(name: string, { stdout }: Surroundings): Promise<ExitCode> {
  const { helpFor } = await import('./helpText');
  stdout.writeLine(helpFor(name));
  return exitCodes.done;
}

async function printVersion({ stdout }: Surroundings): Promise<ExitCode> {
  const { version } = await import('./version');
  stdout.writeLine(version);
  return exitCodes.done;
}

function describeUnknownCommand(name: string | undefined, rest: readonly string[]): string {
  if (name === undefined) return 'Say what to do: asset-fetch get URL. asset-fetch --help lists every command.';
  if (/^https?:\/\//i.test(name)) return 'Did you mean asset-fetch get URL?';
  const command = rest.find((word) => Object.hasOwn(commands, word));
  if (name.startsWith('-') && command !== undefined) {
    return `Options follow the command: asset-fetch ${command} … ${redactUrl(name)}`;
  }
  const nearest = findNearest(name, [...Object.keys(commands), '--help', '--version']);
  const hint = nearest === null ? 'See asset-fetch --help.' : `Did you mean ${nearest}?`;
  return `There is no command "${redactUrl(name)}". ${hint}`;
}

/** Tells why nothing was started: on stderr for people, and with --json as the `failed` event that a reader waits for. */
function reportRefusal(
  error: UsageError | FetchError,
  args: readonly string[],
  { stdout, stderr }: Surroundings,
): ExitCode {
  // What stands in the wrong place of a command line may be a URL with a password or a signature.
  const message = redactText(error.message);
  // An interruption says of itself what is kept.
  const text = error.code === 'cancelled' ? 'asset-fetch: Interrupted.' : `asset-fetch: ${message}`;
  for (const line of text.split('\n')) stderr.writeLine(cleanForTerminal(line));
  const { path, ...details } = error instanceof FetchError ? error.details : {};
  const failure = {
    code: error.code,
    message,
    details: path === undefined ? details : { ...details, path: redactText(path) },
  };
  if (args.includes('--json')) stdout.writeLine(toJsonLine({ event: 'failed', ...failure }));
  return error instanceof FetchError ? exitCodeFor(error.code) : exitCodes.usage;
}
