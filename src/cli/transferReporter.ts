// Tells one transfer while it runs, in the form the command line was asked for. Chooses the form; the text is elsewhere.
import type { EngineMessage } from '../bridge/protocol';
import { describeFailure, type FailureContext } from './failureText';
import { toJsonEvent, toJsonLine } from './jsonEvents';
import { cleanForTerminal } from './lineOutput';
import { formatProgressBar, formatProgressLine, type ProgressFacts } from './progressText';
import { describeResult } from './resultText';
import { createStatusDisplay, type StatusDisplay } from './statusDisplay';
import type { Surroundings } from './surroundings';

/** Plain progress lines come this far apart. */
const plainLineMs = 3000;

export interface ReporterOptions {
  /** NDJSON on stdout in place of the saved path. */
  readonly json: boolean;
  /** Nothing on stderr but errors. */
  readonly quiet: boolean;
  /** The URL without secrets. */
  readonly displayUrl: string;
  readonly command: FailureContext;
}

/** Takes every message of the engine in order. */
export type Report = (message: EngineMessage) => void;

/** The reporter for one transfer: always errors on stderr; stdout carries NDJSON or, at the end, the saved path. */
export function createReporter(options: ReporterOptions, surroundings: Surroundings): Report {
  const tell = options.quiet || options.json ? reportNothing : createNarrator(surroundings);
  let isStarted = false;
  return (message) => {
    isStarted ||= message.type === 'started';
    // Before the first response there is nothing to show but zeros.
    if (message.type === 'progress' && !isStarted) return;
    tell(message);
    if (message.type === 'failed') {
      for (const line of describeFailure(message.error, options.command))
        surroundings.stderr.writeLine(cleanForTerminal(line));
    }
    if (options.json) writeJsonEvent(message, options.displayUrl, surroundings);
    else if (message.type === 'done') surroundings.stdout.writeLine(message.result.path);
  };
}

function reportNothing(): void {
  // --quiet and --json: stderr carries errors alone.
}

/** Progress for people on stderr: a bar that redraws itself on a terminal, a line every few seconds elsewhere. */
function createNarrator({ stderr, nowMs }: Surroundings): Report {
  const status = createStatusDisplay(stderr, nowMs);
  const showProgress = stderr.isTerminal ? createBar(status) : createPlainLines(stderr, nowMs);
  const say = (line: string): void => {
    status.clear();
    stderr.writeLine(cleanForTerminal(line));
  };
  let name = '';
  return (message) => {
    if (message.type === 'progress') showProgress({ ...message, name });
    if (message.type === 'started') name = message.name;
    if (message.type === 'failed') status.clear();
    const line = describeEvent(message);
    if (line !== null) say(line);
  };
}

function createBar(status: StatusDisplay): (facts: ProgressFacts) => void {
  return (facts) => status.update((columns) => [formatProgressBar(facts, columns)]);
}

function createPlainLines(stderr: Surroundings['stderr'], nowMs: () => number): (facts: ProgressFacts) => void {
  let saidAtMs = nowMs();
  return (facts) => {
    if (nowMs() - saidAtMs < plainLineMs) return;
    saidAtMs = nowMs();
    stderr.writeLine(cleanForTerminal(formatProgressLine(facts)));
  };
}

/** The sentence for an event that deserves one; null for those that progress covers. */
function describeEvent(message: EngineMessage): string | null {
  switch (message.type) {
    case 'retrying': {
      const seconds = Math.ceil(message.delayMs / 1000);
      return `${message.error.message} Retrying in ${seconds} s, try ${message.attempt} of ${message.attempts}.`;
    }
    case 'waiting':
      return 'Another process fetches the same file; waiting for it.';
    case 'done':
      return describeResult(message.result);
    case 'log':
      return message.level === 'warn' || message.level === 'error' ? message.text : null;
    default:
      return null;
  }
}

function writeJsonEvent(message: EngineMessage, url: string, { stdout }: Surroundings): void {
  const event = toJsonEvent(message, message.type === 'started' ? { url } : {});
  if (event !== null) stdout.writeLine(toJsonLine(event));
}
