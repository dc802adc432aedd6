// A failure as lines for people: the engine's sentence, the facts behind it, and which option helps.
import type { FetchErrorCode, PlainFetchError } from '../assets/fetchError';
import { formatBytes } from '../assets/quantityText';

/** What to try next, where the command line has an answer that the engine cannot know. */
const hints: Partial<Record<FetchErrorCode, string>> = {
  destinationExists: 'To fetch it all the same, use --overwrite replace.',
  tlsFailed: 'Where your network has a certificate authority of its own, name it with --cacert FILE.',
  tooLarge: 'Raise --max-size if the file is meant to be that large.',
  nameUnresolved: 'Check the spelling of the host, your connection, and --proxy where the network has one.',
  timedOut: 'On a slow server, raise --idle-timeout.',
  untrusted: 'What you trust you can allow by name: --allow-host HOST, --allow-sensitive PATH.',
  busy: 'Another process fetches the same file; wait for it, or stop it.',
  integrityMismatch: 'Check the hash with whoever published it.',
};

/** Hints that only hold for one command. `get` takes any host that a person typed, so it has no --allow-host. */
export type FailureContext = 'get' | 'sync';

/**
 * Lines that tell a failure, without a line end; the first begins `asset-fetch: `. For `cancelled` they say what is kept
 * and how to go on.
 */
export function describeFailure(error: PlainFetchError, context: FailureContext): string[] {
  if (error.code === 'cancelled') return [describeInterruption(error.details.keptBytes ?? 0)];
  const { expected, actual, suppressed = [], keptBytes = 0 } = error.details;
  const lines = [`asset-fetch: ${error.message}`];
  if (error.code === 'integrityMismatch' && expected !== undefined && actual !== undefined) {
    // One below the other, so that they can be compared by eye.
    lines.push(`  expected ${expected}`, `  actual   ${actual}`);
  }
  for (const sentence of suppressed) lines.push(`  before that: ${sentence}`);
  if (keptBytes > 0) lines.push(`  ${formatBytes(keptBytes)} are kept; the same command goes on from there.`);
  const hint = findHint(error, context);
  if (hint !== null) lines.push(`  ${hint}`);
  return lines;
}

function findHint({ code, details }: PlainFetchError, context: FailureContext): string | null {
  if (code === 'untrusted' && context === 'get') return null;
  // A folder is never replaced; the sentence itself says what helps.
  if (code === 'destinationExists' && details.reason === 'EISDIR') return null;
  if (code === 'httpStatus' && (details.status === 401 || details.status === 403) && context === 'get') {
    return "If the server wants a login, pass it with --header 'Authorization: …'.";
  }
  return hints[code] ?? null;
}

function describeInterruption(keptBytes: number): string {
  if (keptBytes <= 0) return 'asset-fetch: Interrupted. Nothing was kept.';
  return `asset-fetch: Interrupted. ${formatBytes(keptBytes)} (${keptBytes} bytes) are kept; the same command resumes.`;
}
