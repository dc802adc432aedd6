// The last line of a terminal, redrawn in place while work goes on, and lines that scroll above it.
import { cleanForTerminal, type LineOutput } from './lineOutput';

/** Redraws at most this often. */
const leastRedrawMs = 100;

/** A line that replaces itself. `clear` before anything else is written to the same terminal. */
export interface StatusLine {
  /** Shows what `draw` gives for the terminal's width, unless the last drawing was a moment ago. */
  update(draw: (columns: number) => string): void;
  clear(): void;
}

export function createStatusLine(output: LineOutput, nowMs: () => number): StatusLine {
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    update: (draw) => {
      if (nowMs() - drawnAtMs < leastRedrawMs) return;
      drawnAtMs = nowMs();
      isShown = true;
      // Carriage return, text, erase to the end of the line: no flicker, as clearing first would give.
      output.write(`\r${cleanForTerminal(draw(output.columns()))}\u001b[K`);
    },
    clear: () => {
      if (isShown) output.write('\r\u001b[K');
      isShown = false;
      drawnAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}
