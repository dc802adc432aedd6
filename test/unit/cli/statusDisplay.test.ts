import assert from 'node:assert/strict';
import { createStatusDisplay } from '../../../src/cli/statusDisplay';
import { RecordedOutput } from './fakeSurroundings';

/** What a terminal shows after these bytes: just the sequences that the display uses. */
function render(text: string): string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  for (const [part] of text.matchAll(/\u001b\[\d*[A-Z]|[^\u001b]/g)) {
    if (part === '\r') column = 0;
    else if (part === '\n') [row, column] = [row + 1, 0];
    else if (part === '\u001b[K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (part === '\u001b[J') lines.splice(row, Infinity, (lines[row] ?? '').slice(0, column));
    else if (part.startsWith('\u001b')) row -= Number(/\d+/.exec(part)?.[0]);
    else {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + part + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
}

describe('the status display', () => {
  function make() {
    const output = new RecordedOutput();
    const time = { nowMs: 0 };
    const display = createStatusDisplay(output, () => time.nowMs);
    const show = (...lines: string[]) => {
      time.nowMs += 100;
      display.update(() => lines);
    };
    return { output, time, display, show };
  }

  it('replaces its lines, whether they become more, fewer, longer or shorter', () => {
    const { output, show } = make();
    for (const lines of [['one'], ['one', 'a longer one', 'three'], ['1', '2'], ['a', 'b', 'c', 'd'], ['e']]) {
      show(...lines);
      assert.deepEqual(render(output.text), lines);
    }
  });

  it('leaves nothing behind, so that a line can scroll above', () => {
    const { output, display, show } = make();
    show('one', 'two', 'three');
    display.clear();
    output.writeLine('saved');
    show('one', 'two');
    assert.deepEqual(render(output.text), ['saved', 'one', 'two']);
  });

  it('draws at most ten times a second, and at once after it was cleared', () => {
    const { output, time, display } = make();
    for (; time.nowMs < 1000; time.nowMs += 10) display.update(() => ['x']);
    assert.equal(output.text.match(/x/g)?.length, 10);
    display.clear();
    display.update(() => ['y']);
    assert.match(output.text, /y/);
  });

  it('writes nothing where nothing was shown', () => {
    const { output, display } = make();
    display.clear();
    assert.equal(output.text, '');
  });
});
