import assert from 'node:assert/strict';
import { fetchErrorCodes, type FetchErrorDetails, type PlainFetchError } from '../../../src/assets/fetchError';
import { describeError } from '../../../src/editor/errorMessages';
import { english } from './plainLocalizer';

function textOf(code: PlainFetchError['code'], details: FetchErrorDetails = {}): string {
  return describeError({ code, message: `The engine says ${code}.`, details }, 'model.bin', english).text;
}

describe('describeError', () => {
  for (const code of fetchErrorCodes.filter((candidate) => candidate !== 'untrusted')) {
    it(`tells ${code} with the file's name and a next step`, () => {
      const { text, steps } = describeError({ code, message: 'Because.', details: {} }, 'model.bin', english);
      assert.match(text, /^model\.bin was not downloaded\. \S.*\.$/s);
      assert.ok(steps.length > 0);
      assert.doesNotMatch(text, /undefined|\{\d\}/);
    });
  }

  it('shows both hashes of a mismatch', () => {
    const text = textOf('integrityMismatch', { expected: 'sha256:aa', actual: 'sha256:bb' });
    assert.match(text, /expected sha256:aa, found sha256:bb/);
  });

  it('names the host and the status, and what they mean', () => {
    assert.match(textOf('httpStatus', { host: 'h.example', status: 404 }), /h\.example has no such file \(404\)/);
    assert.match(textOf('httpStatus', { host: 'h.example', status: 403 }), /may have expired or need a login/);
    assert.match(textOf('httpStatus', { host: 'h.example', status: 503 }), /Try again later/);
  });

  it('A67 speaks of the proxy where that is what refused', () => {
    const text = textOf('connectFailed', { host: 'h.example', proxy: 'http://p.example:3128', status: 407 });
    assert.match(text, /The engine says connectFailed/);
    assert.match(textOf('connectFailed', { host: 'h.example' }), /No connection to h\.example/);
  });

  it('says how much space is needed and how much there is', () => {
    assert.match(textOf('diskFull', { neededBytes: 5e9, availableBytes: 1e9 }), /5 GB needed, 1 GB free/);
  });

  it('says what is kept for the next try', () => {
    assert.match(textOf('timedOut', { keptBytes: 12e6 }), /12 MB are kept; another try goes on from there/);
  });

  it('tells Restricted Mode from a host that nobody consented to', () => {
    const restricted: PlainFetchError = { code: 'untrusted', message: '', details: {} };
    assert.deepEqual(describeError(restricted, 'x', english), {
      text: 'Downloads are off in Restricted Mode. Trust the workspace to fetch files into it.',
      steps: ['manageTrust'],
    });
    const host: PlainFetchError = { code: 'untrusted', message: 'h is this computer.', details: { host: 'h' } };
    const { text, steps } = describeError(host, 'x', english);
    assert.match(text, /h is this computer/);
    assert.ok(!steps.includes('manageTrust'));
  });

  it('offers neither replacing nor a retry where a folder is in the way', () => {
    const error: PlainFetchError = {
      code: 'destinationExists',
      message: '.',
      details: { path: '/w/a', reason: 'EISDIR' },
    };
    const { text, steps } = describeError(error, 'a', english);
    assert.match(text, /\/w\/a is a folder or a device, which is never replaced/);
    assert.deepEqual(steps, ['openLog']);
  });

  it('offers no retry where none can help', () => {
    for (const code of ['unsafePath', 'unsupportedUrl', 'insecureRedirect', 'tooLarge'] as const) {
      assert.deepEqual(describeError({ code, message: '.', details: {} }, 'x', english).steps, ['openLog'], code);
    }
  });
});
