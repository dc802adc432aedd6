import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { FetchError } from '../../../src/assets/fetchError';
import { isInside } from '../../../src/assets/insidePath';
import { pathToJudge, proposePath, readDestination } from '../../../src/editor/destinationPath';

const roots = ['/work/app', '/work/app/nested', '/data'];

describe('readDestination', () => {
  const cases: [text: string, root: string, path: string, isFolder: boolean][] = [
    ['a.bin', '/work/app', 'a.bin', false],
    ['  models/a.bin ', '/work/app', 'models/a.bin', false],
    ['models/', '/work/app', 'models', true],
    ['./models//x/', '/work/app', 'models/x', true],
    ['', '/work/app', '', true],
    ['.', '/work/app', '', true],
    ['./', '/work/app', '', true],
    ['/data/a.bin', '/data', 'a.bin', false],
    ['/data/', '/data', '', true],
    ['/work/app/nested/a.bin', '/work/app/nested', 'a.bin', false],
    ['/work/app/other/a.bin', '/work/app', 'other/a.bin', false],
    ['/work/app/../../data/a.bin', '/data', 'a.bin', false],
  ];
  for (const [text, root, path, isFolder] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(readDestination(text, roots), { root, path, isFolder });
    });
  }

  for (const text of [
    '../a.bin',
    'x/../../a.bin',
    '..',
    '../',
    '/etc/passwd',
    '/work/app2/a.bin',
    '/work',
    '..\\a.bin',
  ]) {
    it(`C01 C22 refuses ${text}, which leaves the folders`, () => {
      assert.throws(() => readDestination(text, roots), { code: 'unsafePath' });
    });
  }

  it('entitles the own folder of an absolute path where no folder is open', () => {
    assert.deepEqual(readDestination('/tmp/x/a.bin', []), { root: '/tmp/x', path: 'a.bin', isFolder: false });
    assert.deepEqual(readDestination('/tmp/x/', []), { root: '/tmp/x', path: '', isFolder: true });
  });

  it('wants an absolute path where no folder is open', () => {
    assert.throws(() => readDestination('a.bin', []), { code: 'invalidRequest' });
  });

  it('never leads out of the folders, whatever the text', () => {
    const piece = fc.constantFrom('..', '.', 'a', 'b c', '/', '\\', '~', 'C:', 'work', 'app', 'data');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        try {
          const { root, path } = readDestination(pieces.join('/'), roots);
          assert.ok(isInside(root, join(root, path)), join(root, path));
        } catch (error) {
          assert.ok(error instanceof FetchError, String(error));
        }
      }),
    );
  });
});

describe('proposePath', () => {
  const cases: [folder: string, url: string, proposed: string][] = [
    ['', 'https://h/a/model.bin', 'model.bin'],
    ['assets', 'https://h/a/model.bin', 'assets/model.bin'],
    ['assets/', 'https://h/model.bin?token=x', 'assets/model.bin'],
    ['', 'https://h/LICENSE', 'LICENSE'],
    ['assets', 'https://h/download?id=3', 'assets/'],
    ['', 'https://h/download?id=3', './'],
    ['', 'https://h/', './'],
  ];
  for (const [folder, url, proposed] of cases) {
    it(`proposes ${proposed} for ${url} in ${JSON.stringify(folder)}`, () => {
      const name = new URL(url).pathname.split('/').at(-1) || 'download';
      assert.equal(proposePath(folder, name, new URL(url)), proposed);
    });
  }
});

describe('pathToJudge', () => {
  const cases: [destination: string, url: string, path: string][] = [
    ['./', 'https://h/package.json?x=1', 'package.json'],
    ['web/', 'https://h/package.json', 'web/package.json'],
    ['.git/hooks/', 'https://h/get', '.git/hooks/get'],
    ['saved.bin', 'https://h/package.json', 'saved.bin'],
  ];
  for (const [destination, url, path] of cases) {
    it(`C05 asks about ${path} where ${url} goes to ${destination}`, () => {
      assert.equal(pathToJudge(readDestination(destination, roots), url), path);
    });
  }
});
