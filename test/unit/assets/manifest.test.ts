import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchesPlatform, parseManifest } from '../../../src/assets/manifest';
import { formatProblem, problemCodes } from '../../../src/assets/manifestProblems';
import { assertLinear } from '../../support/growth';

const HASH = `sha256:${'ab'.repeat(32)}`;
const entry = (path: string, more: object = {}): object => ({
  path,
  url: 'https://h.org/v1/a',
  integrity: HASH,
  ...more,
});
const list = (...assets: unknown[]): string => JSON.stringify({ version: 1, assets }, null, 2);

/** `severity code` of every problem, in the order of the text. */
const codes = (text: string): string[] =>
  parseManifest(text).problems.map(({ severity, code }) => `${severity} ${code}`);

describe('parseManifest', () => {
  it('refuses a hash after # that is none', () => {
    assert.deepEqual(codes(list(entry('a', { url: 'https://h.org/v1/a#sha256=abc' }))), ['error invalidUrl']);
    assert.deepEqual(codes(list(entry('a', { url: `https://h.org/v1/a#sha256=${'ab'.repeat(32)}` }))), []);
  });

  it('C43 refuses an entry that would replace the manifest itself', () => {
    for (const path of ['asset-fetch.json', 'Asset-Fetch.JSON', 'asset-fetch.json/x', 'lists/real.json']) {
      const { problems } = parseManifest(list(entry(path)), ['asset-fetch.json', 'lists/real.json']);
      const [error] = problems.filter(({ severity }) => severity === 'error');
      assert.equal(error?.code, 'unsafePath');
      assert.match(error.message, /is the list itself/);
    }
    assert.notEqual(parseManifest(list(entry('a/asset-fetch.json')), ['asset-fetch.json']).manifest, null);
  });

  it('reads every field', () => {
    const { manifest, problems } = parseManifest(`\ufeff{
  // what we need
  "$schema": "./x.json",
  "version": 1,
  "assets": [
    { "path": "./tools\\\\a", "urls": ["https://h.org/a", "https://m.org/a"], "integrity": "${HASH} md5:${'0'.repeat(32)}",
      "size": 12, "executable": true, "platforms": ["linux-x64", "darwin"], },
  ],
}`);
    assert.deepEqual(problems, []);
    const [asset] = manifest?.assets ?? [];
    assert.equal(asset?.path, 'tools/a');
    assert.deepEqual(asset.urls, ['https://h.org/a', 'https://m.org/a']);
    assert.deepEqual(
      asset.integrity.map(({ algorithm }) => algorithm),
      ['sha256', 'md5'],
    );
    assert.deepEqual([asset.sizeBytes, asset.isExecutable, asset.platforms], [12, true, ['linux-x64', 'darwin']]);
    assert.equal(asset.line, 6);
  });

  it('leaves out what is not given', () => {
    const [asset] = parseManifest(list({ path: 'a', url: 'https://h.org/a' })).manifest?.assets ?? [];
    assert.deepEqual(
      [asset?.integrity, asset?.sizeBytes, asset?.isExecutable, asset?.platforms],
      [[], null, false, null],
    );
    assert.equal(asset?.fields.integrity, null);
  });

  it('says where an entry and its values stand', () => {
    const text = list(entry('a'), entry('b/c', { size: 7 }));
    const asset = parseManifest(text).assets[1];
    assert.ok(asset);
    const at = ({ offset, length }: { offset: number; length: number }): string => text.slice(offset, offset + length);
    assert.equal(at(asset.fields.path), '"b/c"');
    assert.equal(at(asset.fields.urls[0]!), '"https://h.org/v1/a"');
    assert.equal(at(asset.fields.integrity!), `"${HASH}"`);
    assert.equal(at(asset.fields.size!), '7');
    assert.match(at(asset), /^\{[^]*\}$/);
    assert.equal(text.split('\n')[asset.line - 1], '    {');
    assert.equal(asset.index, 1);
  });

  const table: [string, string, string[]][] = [
    ['nothing', '', ['error brokenJson']],
    ['broken JSON', '{ "version": 1 "assets": [] }', ['error brokenJson']],
    ['nesting without end', '['.repeat(200_000), ['error brokenJson']],
    ['a list at the top', '[]', ['error wrongType']],
    ['no version', '{ "assets": [] }', ['error missingField']],
    ['a version as text', '{ "version": "1", "assets": [] }', ['error wrongType']],
    ['an unknown version', '{ "version": 2, "assets": [] }', ['error unknownVersion']],
    ['no assets', '{ "version": 1 }', ['error missingField']],
    ['assets of a wrong type', '{ "version": 1, "assets": {} }', ['error wrongType']],
    ['a schema of a wrong type', '{ "version": 1, "assets": [], "$schema": 1 }', ['error wrongType']],
    ['an unknown field', '{ "version": 1, "assets": [], "x": 1 }', ['warning unknownField']],
    ['a field given twice', '{ "version": 1, "assets": [], "assets": [] }', ['error duplicateField']],
    ['a prototype for a field', '{ "version": 1, "assets": [], "__proto__": { "x": 1 } }', ['warning unknownField']],
    ['an entry that is no object', list('a'), ['error wrongType']],
    ['an entry without fields', list({}), ['error missingField', 'error missingField']],
    ['an unknown field of an entry', list(entry('a', { sha: 'x' })), ['warning unknownField']],
    ['a path of a wrong type', list(entry('a', { path: 1 })), ['error wrongType']],
    ['url and urls', list(entry('a', { urls: ['https://h.org/a'] })), ['error duplicateField']],
    ['no urls', list({ path: 'a', urls: [], integrity: HASH }), ['error wrongType']],
    ['urls of a wrong type', list({ path: 'a', urls: 'x', integrity: HASH }), ['error wrongType']],
    ['a url of a wrong type', list({ path: 'a', urls: [1], integrity: HASH }), ['error wrongType']],
    ['a negative size', list(entry('a', { size: -1 })), ['error wrongType']],
    ['a fractional size', list(entry('a', { size: 1.5 })), ['error wrongType']],
    ['a size beyond all integers', list(entry('a', { size: 2 ** 53 })), ['error wrongType']],
    ['executable of a wrong type', list(entry('a', { executable: 'yes' })), ['error wrongType']],
    ['no platforms', list(entry('a', { platforms: [] })), ['error wrongType']],
    ['platforms of a wrong type', list(entry('a', { platforms: [1] })), ['error wrongType']],
    ['an unknown platform', list(entry('a', { platforms: ['windows-x64'] })), ['warning unknownPlatform']],
    ['no hash', list({ path: 'a', url: 'https://h.org/a' }), ['warning missingHash']],
    ['C36 a weak hash', list(entry('a', { integrity: 'md5:' + '0'.repeat(32) })), ['warning weakHash']],
    ['C37 an empty hash', list(entry('a', { integrity: '' })), ['error invalidHash']],
    ['C37 a hash of the wrong length', list(entry('a', { integrity: 'sha256:abc' })), ['error invalidHash']],
    ['C37 a hash of an unknown algorithm', list(entry('a', { integrity: 'sha999-AAAA' })), ['error invalidHash']],
    ['C37 a hash of a wrong type', list(entry('a', { integrity: [HASH] })), ['error wrongType']],
    ['C43 a path outside the folder', list(entry('../../x')), ['error unsafePath']],
    ['C43 an absolute path', list(entry('/etc/x')), ['error unsafePath']],
    ['B34 a reserved name', list(entry('sub/NUL.txt')), ['error unsafePath']],
    ['B33 a name too long', list(entry('x'.repeat(300))), ['error unsafePath']],
    ['C05 a path into .git', list(entry('.git/hooks/pre-commit')), ['warning sensitivePath']],
    ['C05 a path into .vscode', list(entry('a/.VSCode/tasks.json')), ['warning sensitivePath']],
    ['C13 a file URL', list(entry('a', { url: 'file:///etc/passwd' })), ['error unsupportedUrl']],
    [
      'C13 an ftp mirror',
      list({ path: 'a', urls: ['https://h.org/a', 'ftp://h.org/a'], integrity: HASH }),
      ['error unsupportedUrl'],
    ],
    ['no URL at all', list(entry('a', { url: 'h.org/a' })), ['error invalidUrl']],
    ['C15 a line break in a URL', list(entry('a', { url: 'https://h.org/\r\nx' })), ['error invalidUrl']],
    ['C09 credentials in a URL', list(entry('a', { url: 'https://u:p@h.org/a' })), ['warning credentialsInUrl']],
    ['B36 the same path twice', list(entry('a'), entry('./a')), ['error pathCollision']],
    ['B36 paths that differ by case', list(entry('README'), entry('readme')), ['error pathCollision']],
    ['B37 paths that differ by Unicode form', list(entry('caf\u00e9'), entry('cafe\u0301')), ['error pathCollision']],
    ['B37 paths that differ by ß', list(entry('straße'), entry('STRASSE')), ['error pathCollision']],
    ['B37 paths that differ by a ligature', list(entry('ﬁle'), entry('file')), ['error pathCollision']],
    ['a file below a file', list(entry('a'), entry('A/b')), ['error nestedPath']],
    ['a file above a file', list(entry('a/b/c'), entry('a')), ['error nestedPath']],
    ['neighbours', list(entry('out/x'), entry('out2'), entry('outx')), []],
  ];
  for (const [what, text, expected] of table) {
    it(`${what}: ${expected.join(', ') || 'no problem'}`, () => assert.deepEqual(codes(text), expected));
  }

  it('C43 hands out no manifest where there is one error, and sound entries apart', () => {
    const { manifest, assets, problems } = parseManifest(list(entry('good'), entry('../bad'), entry('fine')));
    assert.equal(manifest, null);
    assert.deepEqual(
      assets.map(({ path, index }) => [path, index]),
      [
        ['good', 0],
        ['fine', 2],
      ],
    );
    assert.equal(problems[0]?.assetIndex, 1);
  });

  it('names line and entry of a problem', () => {
    const [problem] = parseManifest(list(entry('good'), entry('../bad'))).problems;
    assert.ok(problem);
    assert.equal(problem.line, 10);
    assert.equal(
      formatProblem(problem, 'asset-fetch.json'),
      'asset-fetch.json:10: error: The path "../bad" leaves its folder (“..”).',
    );
  });

  it('counts lines of every line end', () => {
    for (const eol of ['\n', '\r\n', '\r']) {
      const text = ['{', '"version": 1,', '"assets": [],', '"x": 1', '}'].join(eol);
      assert.equal(parseManifest(text).problems[0]?.line, 4);
    }
  });

  it('C44 shows no secret of a URL in a message', () => {
    for (const url of ['ftp://u:s3cret@h/x?s3cret', 'https://u:s3cret@h.org/?s3cret', 'u:s3cret@h', 'h.org/x?s3cret']) {
      const { problems } = parseManifest(list(entry('a', { url })));
      assert.ok(problems.length > 0 && !JSON.stringify(problems).includes('s3cret'), url);
    }
  });

  it('lets entries for different machines share a path', () => {
    const shared = (...platforms: (string[] | undefined)[]): string[] =>
      codes(list(...platforms.map((names) => entry('tool', names === undefined ? {} : { platforms: names }))));
    assert.deepEqual(shared(['linux-x64'], ['linux-arm64'], ['darwin'], ['win32-x64', 'win32-arm64']), []);
    for (const clash of [
      [['linux'], ['linux-x64']],
      [['linux-x64'], ['linux']],
      [['linux-x64', 'darwin'], ['darwin-arm64']],
      [['win32'], undefined],
      [undefined, ['win32-x64']],
      [['darwin'], ['darwin']],
    ]) {
      assert.deepEqual(shared(...clash), ['error pathCollision'], JSON.stringify(clash));
    }
  });

  const unstable: [string, string[]][] = [
    ['https://github.com/o/r/archive/refs/tags/v1.tar.gz', ['warning unstableUrl']],
    ['https://github.com/o/r/archive/v1.zip', ['warning unstableUrl']],
    ['https://codeload.github.com/o/r/zip/refs/tags/v1', ['warning unstableUrl']],
    ['https://api.github.com/repos/o/r/tarball/v1', ['warning unstableUrl']],
    ['https://gitlab.example.com/g/s/p/-/archive/v1/p-v1.zip', ['warning unstableUrl']],
    ['https://bitbucket.org/o/r/get/v1.zip', ['warning unstableUrl']],
    ['https://github.com/o/r/releases/latest/download/x.zip', ['information unstableUrl']],
    ['https://raw.githubusercontent.com/o/r/main/x', ['information unstableUrl']],
    ['https://huggingface.co/o/r/resolve/main/model.bin', ['information unstableUrl']],
    ['https://github.com/o/r/releases/download/v1/x.zip', []],
    ['https://github.com/o/archive/releases/download/v1/x.zip', []],
    ['https://evil.org/github.com/o/r/archive/v1.zip', []],
    ['https://huggingface.co/o/r/resolve/0123abc/model.bin', []],
  ];
  for (const [url, expected] of unstable) {
    it(`judges whether the bytes of ${url} are stable`, () =>
      assert.deepEqual(codes(list(entry('a', { url }))), expected));
  }

  it('D02 reads 10,000 entries in linear time', async function () {
    this.timeout(60_000);
    const listOf = (count: number): string =>
      list(...Array.from({ length: count }, (_, n) => entry(`models/part-${n}/weights.bin`, { size: n })));
    assert.equal(parseManifest(listOf(10_000)).manifest?.assets.length, 10_000);
    await assertLinear(1_000, listOf, parseManifest);
  });

  it('D02 takes linear time where all entries are at odds', async function () {
    this.timeout(60_000);
    const listOf = (count: number): string =>
      list(...Array.from({ length: count }, (_, n) => entry('a/b/c', { platforms: [`x${n}`, 'linux'] })));
    const collisions = parseManifest(listOf(5_000)).problems.filter(({ code }) => code === 'pathCollision');
    assert.equal(collisions.length, 4_999);
    await assertLinear(500, listOf, parseManifest);
  });

  it('never throws, and gives places within the text', () => {
    const sound = list(entry('a', { size: 1, platforms: ['linux'] }), entry('b'));
    const piece = fc.constantFrom(...'{}[],:"/*\n '.split(''), '//', '"path"', '"assets":', '1', 'null', '\ud800');
    const cut = fc.tuple(fc.nat(sound.length), fc.nat(20), fc.string({ unit: piece, maxLength: 8 }));
    const mutated = cut.map(([at, length, text]) => sound.slice(0, at) + text + sound.slice(at + length));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string({ unit: piece }), fc.json()), (text) => {
        const { manifest, problems } = parseManifest(text);
        for (const { offset, length, line, code } of problems) {
          assert.ok(offset >= 0 && offset + length <= text.length + 1 && line >= 1 && problemCodes.includes(code));
        }
        assert.equal(
          manifest === null,
          problems.some(({ severity }) => severity === 'error'),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('matchesPlatform', () => {
  it('goes by system, or system and processor', () => {
    const matches = (...platforms: string[]): boolean => {
      const [asset] = parseManifest(list(entry('a', platforms.length > 0 ? { platforms } : {}))).assets;
      return asset !== undefined && matchesPlatform(asset, 'linux', 'x64');
    };
    assert.ok(matches() && matches('linux') && matches('linux-x64') && matches('darwin', 'linux-x64'));
    assert.ok(!matches('linux-arm64') && !matches('darwin') && !matches('x64') && !matches('linux-x'));
  });
});
