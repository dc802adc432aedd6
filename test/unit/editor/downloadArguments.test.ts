import assert from 'node:assert/strict';
import { checkArguments } from '../../../src/editor/downloadArguments';

const hex = 'ab'.repeat(32);

describe('checkArguments', () => {
  it('fills in what is left out', () => {
    assert.deepEqual(checkArguments({ url: 'https://example.com/a b' }), {
      urls: ['https://example.com/a%20b'],
      destination: null,
      integrity: [],
      overwrite: null,
      headers: {},
      opens: false,
    });
  });

  it('takes hashes as one text or as a list, each once', () => {
    const expected = [{ algorithm: 'sha256', digestHex: hex }];
    assert.deepEqual(checkArguments({ url: 'https://h/', integrity: `sha256:${hex} ${hex}` }).integrity, expected);
    assert.deepEqual(checkArguments({ url: 'https://h/', integrity: [`sha256:${hex}`, hex] }).integrity, expected);
  });

  it('takes both spellings of keep-both', () => {
    assert.equal(checkArguments({ url: 'https://h/', overwrite: 'keep-both' }).overwrite, 'keepBoth');
    assert.equal(checkArguments({ url: 'https://h/', overwrite: 'keepBoth' }).overwrite, 'keepBoth');
  });

  const refused: [what: string, argument: unknown, code: string][] = [
    ['a text in place of an object', 'https://h/', 'invalidRequest'],
    ['null', null, 'invalidRequest'],
    ['a missing URL', {}, 'invalidRequest'],
    ['a URL that is none', { url: 'nonsense' }, 'invalidRequest'],
    ['C13 file:', { url: 'file:///etc/passwd' }, 'unsupportedUrl'],
    ['C13 a mirror with ftp:', { url: 'https://h/', mirrors: ['ftp://h/'] }, 'unsupportedUrl'],
    ['an unknown policy', { url: 'https://h/', overwrite: 'yes' }, 'invalidRequest'],
    ['C37 a hash of the wrong length', { url: 'https://h/', integrity: 'sha256:ab' }, 'invalidRequest'],
    ['C37 an empty hash', { url: 'https://h/', integrity: '' }, 'invalidRequest'],
    ['C15 a line break in a header', { url: 'https://h/', headers: { 'X-A': 'a\r\nb' } }, 'invalidRequest'],
  ];
  for (const [what, argument, code] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => checkArguments(argument), { code });
    });
  }

  it('C44 keeps secrets out of its messages', () => {
    const argument = { url: 'https://user:hunter2@h/?token=hunter2', destination: 7, headers: { A: 'hunter2' } };
    assert.throws(
      () => checkArguments(argument),
      (error: Error) => !error.message.includes('hunter2') && error.message.includes('destination'),
    );
  });
});
