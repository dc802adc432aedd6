// What a task writes to its terminal. Pure; the terminal itself is taskTerminal.ts.
import type { PlainFetchError } from '../assets/fetchError';
import { replaceUnprintable } from '../assets/printable';
import { redactUrl } from '../assets/redact';
import type { TransferEvent } from '../bridge/protocol';
import { describeError } from './errorMessages';
import type { Localizer } from './localizer';
import { describeEvent, describeResult } from './progressText';

/** Erases the line that shows progress. */
const ERASE_LINE = '\r\x1b[2K';

/** The first line: what is fetched, and where to. */
export function writeStart(url: string, path: string, l10n: Localizer): string {
  return line(l10n.t('Asset Fetch: {0} to {1}', redactUrl(url), path));
}

/** Text for an event; progress overwrites itself, retries and the end stay. */
export function writeEvent(event: TransferEvent, name: string, l10n: Localizer): string {
  switch (event.type) {
    case 'done':
      return ERASE_LINE + line(describeResult(name, event.result, l10n)) + line(`SHA-256 ${event.result.sha256}`);
    case 'failed':
      return ERASE_LINE;
    case 'retrying':
      return ERASE_LINE + line(`${describeError(event.error, name, l10n).text} ${describeEvent(event, l10n) ?? ''}`);
    default:
      return `${ERASE_LINE}${clean(describeEvent(event, l10n) ?? '')}`;
  }
}

/** The last line of a task that failed, with the hint that tasks alone can follow. */
export function writeFailure(error: PlainFetchError, name: string, l10n: Localizer): string {
  const hint =
    error.code === 'destinationExists' && error.details.reason !== 'EISDIR'
      ? l10n.t('Give the task an "integrity", so that the right file is left alone, or "overwrite": "replace".')
      : '';
  return ERASE_LINE + line(`${describeError(error, name, l10n).text} ${hint}`.trim());
}

/** A line that stays, in place of the one that shows progress. */
export function writeLine(text: string): string {
  return ERASE_LINE + line(text);
}

/** The line that shows progress; the next one takes its place. */
export function writeStatus(text: string): string {
  return ERASE_LINE + clean(text);
}

/** Terminals want CR LF; control characters in names and messages could move the cursor or rename the window. */
function line(text: string): string {
  return `${clean(text)}\r\n`;
}

function clean(text: string): string {
  return replaceUnprintable(text, '?');
}
