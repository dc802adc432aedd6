import assert from 'node:assert/strict';
import { join, posix, sep, win32 } from 'node:path';
import fc from 'fast-check';
import { checkRelativePath, proposeFileName } from '../../../src/assets/destination';
import { FetchError } from '../../../src/assets/fetchError';
import { maxNameBytes, utf8Bytes } from '../../../src/assets/fileName';
import { isSensitivePath } from '../../../src/assets/sensitivePath';

const propose = (header: string | string[], url = 'https://h/url.bin'): string =>
  proposeFileName({ contentDisposition: [header].flat(), url });

describe('proposeFileName', () => {
  const headers: [string, string, string][] = [
    ['C01', 'attachment; filename="../../x"', 'x'],
    ['C01', 'attachment; filename="..\\\\x"', 'x'],
    ['C01', 'attachment; filename="/etc/x"', 'x'],
    ['C01', 'attachment; filename="C:\\\\x"', 'x'],
    ['C01', 'attachment; filename="\\\\\\\\srv\\\\x"', 'x'],
    ['C01', 'attachment; filename="%2E%2E%2Fx"', '%2E%2E%2Fx'],
    ['C01', "attachment; filename*=UTF-8''..%2F..%2Fx", 'x'],
    ['C02', 'attachment; filename="."', 'url.bin'],
    ['C02', 'attachment; filename=".."', 'url.bin'],
    ['C02', 'attachment; filename="~"', 'url.bin'],
    ['C02', 'attachment; filename="|"', 'url.bin'],
    ['C02', 'attachment; filename=""', 'url.bin'],
    ['C02', 'attachment; filename="   "', 'url.bin'],
    ['C02', 'attachment; filename=".hidden"', 'hidden'],
    ['C02', "attachment; filename*=UTF-8''a%00b%0D%0A.txt", 'ab.txt'],
    ['C04', 'attachment; filename="plain.txt"; filename*=UTF-8\'\'na%C3%AFve.txt', 'naïve.txt'],
    ['C04', "attachment; filename*=UTF-8''first.txt; filename=second.txt", 'first.txt'],
    ['C04', "attachment; filename=plain.txt; filename*=EBCDIC''x.txt", 'plain.txt'],
    ['C04', "attachment; filename=plain.txt; filename*=UTF-8''%ff.txt", 'plain.txt'],
    ['C04', 'attachment; filename=two words', 'url.bin'],
    ['C04', 'attachment; filename="a"; filename="b"', 'url.bin'],
    ['C04', 'attachment; filename="never closed', 'url.bin'],
    ['C04', '', 'url.bin'],
    ['C05', 'attachment; filename=package.json', 'url.bin'],
    ['C05', 'attachment; filename=Package.JSON', 'url.bin'],
    ['C05', 'attachment; filename=evil.code-workspace', 'url.bin'],
    ['C05', 'attachment; filename=asset-fetch.json', 'url.bin'],
    ['C05', 'attachment; filename=.env', 'env'],
    ['B34', 'attachment; filename=CON', '_CON'],
    ['B34', 'attachment; filename="a:b"', 'a_b'],
    ['C06', 'inline; filename=tool.exe', 'tool.exe'],
  ];
  for (const [id, header, expected] of headers) {
    it(`${id} proposes ${expected} for ${header}`, () => assert.equal(propose(header), expected));
  }

  it('C04 ignores two header lines rather than joining them', () => {
    assert.equal(propose(['attachment; filename=a', 'attachment; filename=b']), 'url.bin');
    assert.equal(propose(['attachment; filename=a', 'attachment; filename=a']), 'url.bin');
  });

  it('B33 shortens an over-long name and keeps its extension', () => {
    const name = propose(`attachment; filename=${'x'.repeat(5000)}.tar.gz`);
    assert.equal(utf8Bytes(name), maxNameBytes);
    assert.ok(name.endsWith('x.tar.gz'));
  });

  it('reads raw UTF-8 that arrives as bytes', () => {
    const asBytes = Buffer.from('模型.bin', 'utf8').toString('latin1');
    assert.equal(propose(`attachment; filename="${asBytes}"`), '模型.bin');
    assert.equal(propose('attachment; filename="\xe9t\xe9.txt"'), 'été.txt');
  });

  const urls: [string, string][] = [
    ['https://h/a/b.tar.gz?x=1#y', 'b.tar.gz'],
    ['https://h/a/b%20c.txt', 'b c.txt'],
    ['https://h/%E6%A8%A1.bin', '模.bin'],
    ['https://h/%ff.bin', '%ff.bin'],
    ['https://h/..%2F..%2Fetc%2Fpasswd', 'passwd'],
    ['https://h/folder/', 'folder'],
    ['https://h/', 'download'],
    ['https://h', 'download'],
    ['https://h/%2e%2e', 'download'],
    ['https://h/package.json', 'package.json'],
    ['https://h/.npmrc', 'npmrc'],
    ['not a url', 'download'],
  ];
  for (const [url, expected] of urls) {
    it(`C02 proposes ${expected} for ${url}`, () => {
      assert.equal(proposeFileName({ contentDisposition: [], url }), expected);
    });
  }

  it('C05 lets no redirect propose a sensitive name', () => {
    const name = (redirectedTo: string, url = 'https://h/get', header: string[] = []): string =>
      proposeFileName({ contentDisposition: header, url, redirectedTo: new URL(redirectedTo) });
    assert.equal(name('https://h/model.bin'), 'model.bin');
    assert.equal(name('https://h/package.json'), 'get');
    assert.equal(name('https://h/Make%66ile', 'https://h/'), 'download');
    assert.equal(name('https://h/model.bin', 'https://h/get', ['attachment; filename=package.json']), 'model.bin');
    assert.equal(name('https://h/x', 'https://h/package.json'), 'x');
  });

  it('C01 C05 never lets a header out of the folder or to a sensitive name', () => {
    const piece = fc.constantFrom(
      '../',
      '\\',
      '.',
      'package.json',
      '%2e',
      "UTF-8''",
      '"',
      ';',
      ' ',
      'git',
      'con',
      ':',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.constantFrom('filename=', 'filename="', 'filename*='), (pieces, key) => {
        const name = propose(`attachment; ${key}${pieces.join('')}${key.endsWith('"') ? '"' : ''}`);
        assert.equal(checkRelativePath(name), name);
        assert.equal(isSensitivePath(name), false);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('checkRelativePath', () => {
  const refused: [string, string][] = [
    ['C43', '../../x'],
    ['C43', 'a/../b'],
    ['C43', '..'],
    ['C43', '..\\x'],
    ['C43', 'a\\..\\..\\x'],
    ['C43', '/etc/x'],
    ['C43', '\\x'],
    ['C43', '//srv/x'],
    ['C43', '\\\\srv\\x'],
    ['C43', '\\\\?\\C:\\x'],
    ['C43', 'C:\\x'],
    ['C43', 'C:/x'],
    ['C43', 'C:x'],
    ['C43', '~/x'],
    ['C43', ''],
    ['C43', ' '],
    ['C43', '.'],
    ['C43', './'],
    ['C43', 'folder/'],
    ['B34', 'CON'],
    ['B34', 'nul.txt'],
    ['B34', 'a/COM1/b'],
    ['B34', 'LPT¹'],
    ['B34', 'con .txt'],
    ['B34', 'aux.'],
    ['B34', 'a./b'],
    ['B34', 'a /b'],
    ['B34', 'b.'],
    ['B34', 'b '],
    ['B34', 'file.txt:stream'],
    ['B34', 'file::$DATA'],
    ['B34', 'what?.txt'],
    ['C02', 'a\0b'],
    ['C02', 'a\r\nb'],
    ['C02', 'a\u202eb'],
    ['C02', 'a\ud800'],
    ['B33', 'x'.repeat(256)],
    ['B33', 'é'.repeat(128)],
    ['B33', Array(300).fill('ab').join('/')],
  ];
  for (const [id, path] of refused) {
    const shown = JSON.stringify(path.slice(0, 20));
    it(`${id} refuses ${shown} (${path.length} characters)`, () => {
      assert.throws(
        () => checkRelativePath(path),
        (error) => error instanceof FetchError && error.code === 'unsafePath' && error.message.length < 400,
      );
    });
  }

  const accepted: [string, string][] = [
    ['a.bin', 'a.bin'],
    ['models/a.bin', 'models/a.bin'],
    ['./models//./a.bin', 'models/a.bin'],
    ['models\\a.bin', 'models/a.bin'],
    ['.vscode/x', '.vscode/x'],
    ['...x', '...x'],
    ['a..b/c', 'a..b/c'],
    ['console.log', 'console.log'],
    ['模型/ä ö.bin', '模型/ä ö.bin'],
  ];
  for (const [path, expected] of accepted) {
    it(`B37 accepts ${path} as ${expected}`, () => assert.equal(checkRelativePath(path), expected));
  }

  it('C43 C22 keeps whatever it accepts below its root, on every system', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', 'a', 'C:', '~', ' ', ':', 'con', '\0', '%2e', '?', 'out');
    const path = fc.oneof(fc.string({ unit: fc.oneof(piece, piece, fc.string({ maxLength: 1 })) }), fc.string());
    fc.assert(
      fc.property(path, (text) => {
        let checked: string;
        try {
          checked = checkRelativePath(text);
        } catch (error) {
          assert.ok(error instanceof FetchError && error.code === 'unsafePath');
          return;
        }
        assert.ok(join('/root/out', checked).startsWith(`${sep}root${sep}out${sep}`));
        assert.ok(posix.resolve('/root/out', checked).startsWith('/root/out/'));
        assert.ok(win32.resolve('C:\\root\\out', checked).startsWith('C:\\root\\out\\'));
        assert.ok(checked.split('/').every((component) => component.length > 0 && utf8Bytes(component) <= 255));
        assert.equal(checkRelativePath(checked), checked);
      }),
      { numRuns: 5000 },
    );
  });
});
