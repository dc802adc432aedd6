// The last lines of a terminal, redrawn in place while work goes on.
import { cleanForTerminal, type LineOutput } from './lineOutput';

/** Redraws at most this often. */
const leastRedrawMs = 100;

/** Lines that replace themselves. `clear` before anything else is written to the same terminal. */
export interface StatusDisplay {
  /** Shows the lines that `draw` gives for the terminal's width, unless the last drawing was a moment ago. */
  update(draw: (columns: number) => readonly string[]): void;
  clear(): void;
}

/** A display at the cursor of a terminal. No line may be as wide as the terminal, which would wrap it. */
export function createStatusDisplay(output: LineOutput, nowMs: () => number): StatusDisplay {
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let shownLines = 0;
  return {
    update: (draw) => {
      if (nowMs() - drawnAtMs < leastRedrawMs) return;
      drawnAtMs = nowMs();
      const lines = draw(output.columns()).map(cleanForTerminal);
      // Each line is erased behind its new text, and what is below all of them at last: no flicker, as clearing first gives.
      output.write(`${toFirstLine(shownLines)}${lines.map((line) => `${line}\u001b[K`).join('\n')}\u001b[J`);
      shownLines = lines.length;
    },
    clear: () => {
      if (shownLines > 0) output.write(`${toFirstLine(shownLines)}\u001b[J`);
      shownLines = 0;
      drawnAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Moves the cursor from the last of `lines` lines to the start of the first. */
function toFirstLine(lines: number): string {
  return lines > 1 ? `\r\u001b[${lines - 1}A` : '\r';
}
