// Writing lines to a pipe, file or terminal whose reader may go away at any time.
import type { Writable } from 'node:stream';
import { replaceUnprintable } from '../assets/printable';

/** A stream of the process as commands see it. Writing never throws and never blocks. */
export interface LineOutput {
  /** Writes text and a line end. */
  writeLine(text: string): void;
  /** Writes text as it is. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width in character cells, read anew each time; 80 where unknown. */
  columns(): number;
}

/** process.stdout, process.stderr or any stream like them. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * A LineOutput on `stream`. A reader that closes its end (EPIPE, as `| head` does) ends the output, not the download:
 * later lines are dropped. The stream is not closed; what is pending goes out before the process ends by itself.
 */
export function createLineOutput(stream: OutputStream, isDumbTerminal: boolean): LineOutput {
  let isBroken = false;
  stream.on('error', () => (isBroken = true));
  const write = (text: string): void => {
    if (!isBroken && !stream.destroyed) stream.write(text);
  };
  return {
    write,
    writeLine: (text) => write(`${text}\n`),
    isTerminal: stream.isTTY === true && !isDumbTerminal,
    columns: () => (stream.columns !== undefined && stream.columns > 0 ? stream.columns : 80),
  };
}

/** Text safe for a terminal: what could move the cursor, rename the window, hide or turn text around becomes `?`. */
export function cleanForTerminal(text: string): string {
  return replaceUnprintable(text, '?');
}
