// A failure as lines for people: the engine's sentence, the facts behind it, and which option helps.
import type { FetchErrorCode, PlainFetchError } from '../assets/fetchError';
import { formatBytes } from '../assets/quantityText';

/** The command that a failure is told for; each has other options. */
export type FailureContext = 'get' | 'add' | 'sync' | 'verify';

/** What to try next in every command that downloads, where the command line has an answer that the engine cannot know. */
const hints: Partial<Record<FetchErrorCode, string>> = {
  tlsFailed: 'Where your network has a certificate authority of its own, name it with --cacert FILE.',
  nameUnresolved: 'Check the spelling of the host, your connection, and --proxy where the network has one.',
  timedOut: 'On a slow server, raise --idle-timeout; where no connection comes about, check --proxy.',
  busy: 'Another process fetches the same file; wait for it, or stop it.',
  integrityMismatch: 'Check the hash with whoever published it.',
};

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
  for (const sentence of suppressed) lines.push(`  before that: ${withHostOnce(sentence)}`);
  if (keptBytes > 0) lines.push(`  ${formatBytes(keptBytes)} are kept; the same command goes on from there.`);
  const hint = findHint(error, context);
  if (hint !== null) lines.push(`  ${hint}`);
  return lines;
}

/** `cdn.test: cdn.test answered 404.` without the first name. */
function withHostOnce(sentence: string): string {
  const [, host = '', rest = ''] = /^(\S+): (.*)$/s.exec(sentence) ?? [];
  return host !== '' && rest.includes(host) ? rest : sentence;
}

function findHint(error: PlainFetchError, context: FailureContext): string | null {
  if (context === 'verify') return findVerifyHint(error);
  const { code, details } = error;
  const isTyped = context === 'get' || context === 'add';
  if (code === 'untrusted') return isTyped ? null : findConsentHint(details.reason);
  if (code === 'tooLarge' && context === 'get') return 'Raise --max-size if the file is meant to be that large.';
  if (code === 'destinationExists') {
    // A folder is never replaced; the sentence itself says what helps.
    return details.reason === 'EISDIR' ? null : 'To fetch it all the same, use --overwrite replace.';
  }
  if (code === 'httpStatus' && (details.status === 401 || details.status === 403) && isTyped) {
    return "If the server wants a login, pass it with --header 'Authorization: …'.";
  }
  return hints[code] ?? null;
}

/** A missing hash and a link-local host are refused whatever is allowed. */
function findConsentHint(reason: string | undefined): string | null {
  if (reason === 'unpinned' || reason === 'linkLocal') return null;
  const option = reason === 'sensitive' ? '--allow-sensitive PATH' : '--allow-host HOST';
  return `What you trust you can allow by name: ${option}.`;
}

function findVerifyHint({ code }: PlainFetchError): string | null {
  if (code !== 'integrityMismatch') return null;
  return 'To have the listed file back, run asset-fetch sync --overwrite replace.';
}

function describeInterruption(keptBytes: number): string {
  if (keptBytes <= 0) return 'asset-fetch: Interrupted. Nothing was kept.';
  return `asset-fetch: Interrupted. ${formatBytes(keptBytes)} (${keptBytes} bytes) are kept; the same command resumes.`;
}
