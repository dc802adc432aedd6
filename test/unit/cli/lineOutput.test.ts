import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { cleanForTerminal, createLineOutput } from '../../../src/cli/lineOutput';

describe('createLineOutput', () => {
  it('writes lines', () => {
    const stream = new PassThrough();
    createLineOutput(stream, false).writeLine('one');
    assert.equal(String(stream.read()), 'one\n');
  });

  it('drops lines after the reader went away, without an error', async () => {
    let writes = 0;
    const stream = new Writable({
      write: (_chunk, _encoding, callback) => {
        writes++;
        callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const output = createLineOutput(stream, false);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    output.writeLine('one');
    await closed;
    output.writeLine('two');
    assert.equal(writes, 1);
  });

  it('is a terminal where the stream is one that is not dumb', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 132 });
    assert.equal(createLineOutput(terminal, false).isTerminal, true);
    assert.equal(createLineOutput(terminal, true).isTerminal, false);
    assert.equal(createLineOutput(terminal, false).columns(), 132);
    assert.equal(createLineOutput(new PassThrough(), false).isTerminal, false);
    assert.equal(createLineOutput(Object.assign(new PassThrough(), { columns: 0 }), false).columns(), 80);
  });
});

describe('cleanForTerminal', () => {
  it('replaces what moves the cursor or turns text around, and keeps the rest', () => {
    assert.equal(cleanForTerminal('a\u001b[2Jb\r\n\u009bc\u202ed'), 'a?[2Jb???c?d');
    assert.equal(cleanForTerminal('a\u061cb\u200fc\u2028d\u{e0041}e'), 'a?b?c?d?e');
    assert.equal(cleanForTerminal('Größe 数 ✓'), 'Größe 数 ✓');
  });
});
