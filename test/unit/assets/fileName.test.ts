import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  cleanName,
  isDeviceName,
  maxNameBytes,
  numberedName,
  shortenName,
  splitExtension,
  utf8Bytes,
} from '../../../src/assets/fileName';
import { assertLinear } from '../../support/growth';

describe('cleanName', () => {
  const table: [string, string | null][] = [
    ['../../x', 'x'],
    ['..\\..\\x', 'x'],
    ['/etc/passwd', 'passwd'],
    ['C:\\x', 'x'],
    ['\\\\srv\\share\\x', 'x'],
    ['%2E%2E%2Fx', '%2E%2E%2Fx'],
    ['C:x', 'C_x'],
    ['a:b', 'a_b'],
    ['.', null],
    ['..', null],
    ['~', null],
    ['|', null],
    ['', null],
    ['   ', null],
    ['x/', null],
    ['???', null],
    ['.bashrc', 'bashrc'],
    ['. .x', 'x'],
    ['a\0b\r\nc\x7f\x85d', 'abcd'],
    ['photo\u202egnp.exe', 'photognp.exe'],
    ['a\u061cb\u180ec\u2060d\u2064e\u206af\ufff9g\u{e0041}h', 'abcdefgh'],
    ['half \ud800 pair', 'half  pair'],
    ['x. . .', 'x'],
    ['-rf', '_-rf'],
    ['CON', '_CON'],
    ['nul.tar.gz', '_nul.tar.gz'],
    ['LPT¹.txt', '_LPT¹.txt'],
    ['aux.', '_aux'],
    ['com10.txt', 'com10.txt'],
    ['naïve file (1).txt', 'naïve file (1).txt'],
    ['模型.bin', '模型.bin'],
  ];
  for (const [given, expected] of table) {
    it(`C01 C02 B34 makes ${JSON.stringify(expected)} of ${JSON.stringify(given)}`, () => {
      assert.equal(cleanName(given), expected);
    });
  }

  it('B33 C02 makes one storable component of anything', () => {
    const awkward = fc.string({
      unit: fc.constantFrom('.', ' ', '/', '\\', ':', 'con', '~', '_', '-', 'é', '🎉', '\0'),
    });
    fc.assert(
      fc.property(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 600 })), (text) => {
        const name = cleanName(text);
        if (name === null) return;
        assert.ok(utf8Bytes(name) <= maxNameBytes && name.length > 0);
        assert.doesNotMatch(name, /[/\\:*?"<>|\0-\x1f\x7f-\x9f]|^[.~\s-]|[.\s]$/u);
        assert.equal(isDeviceName(name), false);
        assert.equal(cleanName(name), name, 'cleaning again changes nothing');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('shortenName', () => {
  it('B33 keeps the extension and cuts between characters', () => {
    assert.equal(shortenName(`${'x'.repeat(300)}.tar.gz`), `${'x'.repeat(maxNameBytes - 7)}.tar.gz`);
    const emoji = shortenName(`${'🎉'.repeat(100)}.bin`);
    assert.match(emoji, /^🎉+\.bin$/u);
    assert.ok(utf8Bytes(emoji) > maxNameBytes - 4);
    assert.equal(shortenName('short.txt'), 'short.txt');
  });

  it('B33 leaves room for a temp suffix and the Zone.Identifier stream', () => {
    assert.ok(maxNameBytes + 40 + ':Zone.Identifier'.length <= 255);
  });

  it('takes linear time', async function () {
    this.timeout(60_000);
    for (const part of ['.', ' ', '.tar', 'x', '_']) {
      await assertLinear(50_000, (count) => part.repeat(count), cleanName, JSON.stringify(part));
    }
  });
});

describe('numberedName', () => {
  it('counts before the extension and keeps .tar.gz together', () => {
    assert.equal(numberedName('file.txt', 2), 'file (2).txt');
    assert.equal(numberedName('a.tar.gz', 3), 'a (3).tar.gz');
    assert.equal(numberedName('LICENSE', 2), 'LICENSE (2)');
    assert.equal(numberedName('.bashrc', 2), '.bashrc (2)');
  });

  it('B33 stays within the length limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }), fc.nat(), (name, n) => {
        assert.ok(utf8Bytes(numberedName(name, n)) <= maxNameBytes);
      }),
    );
  });

  it('gives back the name in two parts', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { base, extension } = splitExtension(name);
        assert.equal(base + extension, name);
      }),
    );
  });
});
