import assert from 'node:assert/strict';
import { asPlainText } from '../../../src/editor/plainText';
import { writeEvent, writeFailure, writeStart } from '../../../src/editor/taskOutput';
import { english } from './plainLocalizer';

describe('the output of a task', () => {
  it('C44 names the address without its secrets', () => {
    const text = writeStart('https://user:pw@h.example/a.bin?sig=secret', 'assets/a.bin', english);
    assert.equal(text, 'Asset Fetch: https://h.example/a.bin to assets/a.bin\r\n');
  });

  it('overwrites progress and keeps retries', () => {
    const progress = {
      type: 'progress',
      id: '1',
      receivedBytes: 1,
      totalBytes: 2,
      bytesPerSecond: 0,
      connections: 1,
    } as const;
    assert.match(writeEvent(progress, 'a', english), /^\r\x1b\[2K[^\r\n]+$/);
    const error = { code: 'timedOut', message: '', details: { host: 'h' } } as const;
    const retrying = { type: 'retrying', id: '1', attempt: 1, attempts: 5, delayMs: 500, error } as const;
    assert.match(writeEvent(retrying, 'a', english), /retrying in 1 s, attempt 1 of 5\r\n$/);
  });

  it('lets no control characters of a server through', () => {
    const text = writeFailure(
      { code: 'protocolViolation', message: 'evil \x1b]0;title\x07', details: {} },
      'a\x1b[2J\u061c\u2028',
      english,
    );
    assert.doesNotMatch(text.replace('\r\x1b[2K', ''), /\x1b|\x07|\u061c|\u2028/);
  });

  it('says how a task lives with a file that is there', () => {
    const text = writeFailure({ code: 'destinationExists', message: '', details: { path: 'a' } }, 'a', english);
    assert.match(text, /"integrity".*"overwrite": "replace"/);
  });
});

describe('asPlainText', () => {
  it('C51 leaves no link in foreign text', () => {
    const evil = 'x [click](command:workbench.action.quit) ![i](https://h/i.png) [a](b)[c](d)';
    assert.doesNotMatch(asPlainText(evil), /\]\(/);
  });
});
