import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseManifest } from '../../../src/assets/manifest';
import { addAsset, emptyManifest, setAssetFields, textChange } from '../../../src/assets/manifestEdit';

const hash = { algorithm: 'sha256', digestHex: 'ab'.repeat(32) } as const;
const fresh = { path: 'new.bin', urls: ['https://h.org/new'], integrity: [], sizeBytes: null };

describe('addAsset', () => {
  it('writes the first entry of a new manifest', () => {
    const text = addAsset(emptyManifest, {
      ...fresh,
      integrity: [hash],
      sizeBytes: 3,
      isExecutable: true,
      platforms: ['linux'],
    });
    assert.equal(
      text,
      `{
  "version": 1,
  "assets": [
    {
      "path": "new.bin",
      "url": "https://h.org/new",
      "integrity": "sha256:${'ab'.repeat(32)}",
      "size": 3,
      "executable": true,
      "platforms": [
        "linux"
      ]
    }
  ]
}
`,
    );
    assert.deepEqual(parseManifest(text).problems, []);
  });

  it('takes its indentation from the manifest, not from a comment before it', () => {
    const text = '/*\n       A licence.\n */\n{\n\t"version": 1,\n\t"assets": []\n}\n';
    assert.match(addAsset(text, fresh), /\n\t\t\{\n\t\t\t"path": "new\.bin"/);
  });

  it('says of a text that holds no object what is wrong with it', () => {
    assert.throws(() => addAsset('[]', fresh), /not an object in braces/);
  });

  const NEW = '{ "path": "new.bin", "url": "https://h.org/new" }';
  const layouts: [string, string, string][] = [
    [
      'comments and trailing commas',
      '{\n  "assets": [\n    { "path": "a" }, // one\n    // two\n  ],\n}',
      `{\n  "assets": [\n    { "path": "a" }, // one\n    ${NEW},\n    // two\n  ],\n}`,
    ],
    [
      'a comment behind the last entry',
      '{\n  "assets": [\n    { "path": "a" } // one, and only\n  ]\n}',
      `{\n  "assets": [\n    { "path": "a" }, // one, and only\n    ${NEW}\n  ]\n}`,
    ],
    [
      'a block comment',
      '{\n  "assets": [\n    { "path": "a" } /* x */\n  ]\n}',
      `{\n  "assets": [\n    { "path": "a" }, /* x */\n    ${NEW}\n  ]\n}`,
    ],
    ['one line', '{"version":1,"assets":[{"path":"a"}]}', `{"version":1,"assets":[{"path":"a"}, ${NEW}]}`],
    ['one line with a trailing comma', '{"assets":[{"path":"a"},]}', `{"assets":[{"path":"a"}, ${NEW},]}`],
    [
      'a comment in an empty list',
      '{\n  "assets": [ // none yet\n  ]\n}',
      '{\n  "assets": [ // none yet\n    {\n      "path": "new.bin",\n      "url": "https://h.org/new"\n    }\n  ]\n}',
    ],
    [
      'tabs and CRLF',
      '{\r\n\t"assets": [\r\n\t\t{\r\n\t\t\t"path": "a"\r\n\t\t}\r\n\t]\r\n}',
      '{\r\n\t"assets": [\r\n\t\t{\r\n\t\t\t"path": "a"\r\n\t\t},\r\n\t\t{\r\n\t\t\t"path": "new.bin",\r\n\t\t\t"url": "https://h.org/new"\r\n\t\t}\r\n\t]\r\n}',
    ],
  ];
  for (const [what, before, expected] of layouts) {
    it(`keeps ${what}`, () => assert.equal(addAsset(before, fresh), expected));
  }

  it('makes the list where there is none', () => {
    const { assets } = parseManifest(addAsset('{\n  "version": 1\n}\n', fresh));
    assert.equal(assets[0]?.path, 'new.bin');
  });

  it('writes several addresses as urls', () => {
    const [asset] = parseManifest(
      addAsset(emptyManifest, { ...fresh, urls: ['https://a.org/x', 'https://b.org/x'] }),
    ).assets;
    assert.deepEqual(asset?.urls, ['https://a.org/x', 'https://b.org/x']);
  });

  for (const broken of ['', '{', '[]', '{ "assets": 1 }', '{ "assets": [ { ] }']) {
    it(`refuses to edit ${JSON.stringify(broken)}`, () => {
      assert.throws(() => addAsset(broken, fresh), { code: 'invalidRequest' });
    });
  }

  it('keeps every entry and comment, whatever the layout', () => {
    const gap = fc.constantFrom('', ' ', '\n', '\n    ', ' // note, x\n', ' /* note ] */ ', '\r\n\t');
    const member = fc.constantFrom(
      '{"path":"p","url":"https://h.org/p"}',
      '{\n "path": "q", // note\n "url": "https://h.org/q",\n}',
    );
    const layout = fc.record({
      gaps: fc.array(gap, { minLength: 9, maxLength: 9 }),
      members: fc.array(member, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(layout, fc.boolean(), ({ gaps, members }, hasTrailingComma) => {
        const inner = members.map((text, n) => gaps[n]! + text + gaps[n + 3]!).join(',');
        const comma = hasTrailingComma && members.length > 0 ? ',' : '';
        const before = `{${gaps[6]}"version":1,"assets":[${inner}${comma}${gaps[7]}]${gaps[8]}}`;
        const after = addAsset(before, fresh);
        assert.deepEqual(parsedPaths(after), [...parsedPaths(before), 'new.bin'], after);
        assert.equal(after.split('note').length, before.split('note').length);
        const twice = addAsset(after, { ...fresh, path: 'second.bin' });
        assert.deepEqual(parsedPaths(twice), [...parsedPaths(before), 'new.bin', 'second.bin'], twice);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('setAssetFields', () => {
  const text = `{
  "version": 1,
  "assets": [
    { "path": "a", "url": "https://h.org/a" }, // one
    {
      "path": "b", // the other
      "url": "https://h.org/b" // why
    }
  ]
}
`;

  it('adds fields behind the last, on the line or below as the entry is laid out', () => {
    const pinned = setAssetFields(setAssetFields(text, 0, { integrity: 'x', size: 1 }), 1, { integrity: 'y' });
    assert.match(pinned, /"url": "https:\/\/h\.org\/a", "integrity": "x", "size": 1 \}, \/\/ one\n/);
    assert.match(pinned, /\n {6}"url": "https:\/\/h\.org\/b", \/\/ why\n {6}"integrity": "y"\n {4}\}\n/);
  });

  it('replaces and removes fields and leaves the rest', () => {
    assert.equal(setAssetFields(text, 1, { path: 'c' }), text.replace('"b"', '"c"'));
    const removed = setAssetFields(text, 0, { url: null });
    assert.ok(!removed.includes('h.org/a') && removed.includes('// one') && removed.includes('// why'));
    assert.equal(setAssetFields(removed, 0, { url: 'https://h.org/a' }), text);
  });

  it('refuses an entry that is not there', () => {
    assert.throws(() => setAssetFields(text, 2, { size: 1 }), { code: 'invalidRequest' });
  });

  it('gives each field back when parsed', () => {
    fc.assert(
      fc.property(fc.nat(1), fc.maxSafeNat(), fc.boolean(), (index, size, executable) => {
        const asset = parseManifest(setAssetFields(text, index, { size, executable, platforms: ['linux'] })).assets[
          index
        ];
        assert.deepEqual([asset?.sizeBytes, asset?.isExecutable, asset?.platforms], [size, executable, ['linux']]);
      }),
    );
  });
});

describe('textChange', () => {
  it('names the one place that differs', () => {
    assert.deepEqual(textChange('abcd', 'abXd'), { offset: 2, length: 1, content: 'X' });
    assert.deepEqual(textChange('aa', 'aaa'), { offset: 2, length: 0, content: 'a' });
    assert.deepEqual(textChange('same', 'same'), { offset: 4, length: 0, content: '' });
  });

  it('turns one text into the other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { offset, length, content } = textChange(before, after);
        assert.equal(before.slice(0, offset) + content + before.slice(offset + length), after);
      }),
    );
  });
});

function parsedPaths(text: string): string[] {
  const { assets, problems } = parseManifest(text);
  assert.ok(!problems.some(({ code }) => code === 'brokenJson'), text);
  return assets.map(({ path }) => path);
}
