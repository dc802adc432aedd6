import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findUrlsInLine, urlAt } from '../../../src/assets/urlInText';
import { assertLinear } from '../../support/growth';

/** What a person reads as the URLs of a line. */
const table: [string, string, string[]][] = [
  ['a bare URL', 'https://h.org/a.zip', ['https://h.org/a.zip']],
  ['plain http', 'http://h.org/', ['http://h.org/']],
  ['an upper-case scheme', 'HTTPS://H.org/A', ['HTTPS://H.org/A']],
  ['a host alone', 'see https://h.org now', ['https://h.org']],
  ['a full stop behind', 'Get it at https://h.org/a.zip.', ['https://h.org/a.zip']],
  ['a comma behind', 'https://h.org/a, https://h.org/b', ['https://h.org/a', 'https://h.org/b']],
  ['a question mark behind', 'Is it https://h.org/a?', ['https://h.org/a']],
  ['an exclamation mark behind', 'https://h.org/a!', ['https://h.org/a']],
  ['a colon behind', 'https://h.org/a: here', ['https://h.org/a']],
  ['three dots behind', 'https://h.org/a...', ['https://h.org/a']],
  ['an ellipsis behind', 'https://h.org/a…', ['https://h.org/a']],
  ['a query', 'https://h.org/a?x=1&y=2', ['https://h.org/a?x=1&y=2']],
  ['a fragment', 'https://h.org/a#sha256=ab', ['https://h.org/a#sha256=ab']],
  ['a fragment route', 'https://h.org/#/a/b', ['https://h.org/#/a/b']],
  ['parentheses around', '(https://h.org/a)', ['https://h.org/a']],
  ['parentheses and a full stop', '(see https://h.org/a).', ['https://h.org/a']],
  [
    'balanced parentheses',
    'https://en.wikipedia.org/wiki/C_(language)',
    ['https://en.wikipedia.org/wiki/C_(language)'],
  ],
  ['balanced parentheses in parentheses', '(https://h.org/C_(x))', ['https://h.org/C_(x)']],
  ['nested parentheses', 'https://h.org/a_((b)_c) d', ['https://h.org/a_((b)_c)']],
  ['a parenthesis that never closes', 'https://h.org/a( b', ['https://h.org/a']],
  ['a Markdown link', '[text](https://h.org/a.zip)', ['https://h.org/a.zip']],
  ['a Markdown link with parentheses', '[C](https://h.org/C_(x)) and', ['https://h.org/C_(x)']],
  ['a Markdown link with a title', '[t](https://h.org/a "Title")', ['https://h.org/a']],
  ['a Markdown link of a URL', '[https://h.org/a](https://h.org/b)', ['https://h.org/a', 'https://h.org/b']],
  ['a Markdown autolink', '<https://h.org/a>', ['https://h.org/a']],
  ['a Markdown image', '![](https://h.org/a.png)', ['https://h.org/a.png']],
  ['a Markdown reference', '[1]: https://h.org/a', ['https://h.org/a']],
  ['bold text', '**https://h.org/a**', ['https://h.org/a']],
  ['underscored text', '_https://h.org/a_', ['https://h.org/a']],
  ['an underscore of its own', 'https://h.org/a_', ['https://h.org/a_']],
  ['struck text', '~~https://h.org/a~~', ['https://h.org/a']],
  ['inline code', '`https://h.org/a`', ['https://h.org/a']],
  ['a table cell', '|https://h.org/a|b|', ['https://h.org/a']],
  ['a Markdown escape', 'https://h.org/a\\_b', ['https://h.org/a_b']],
  ['double quotes', '"https://h.org/a"', ['https://h.org/a']],
  ['single quotes', "x = 'https://h.org/a';", ['https://h.org/a']],
  ['single quotes further out', "curl 'see https://h.org/a'", ['https://h.org/a']],
  ['an apostrophe', "https://h.org/Murphy's_law", ["https://h.org/Murphy's_law"]],
  ['a list in single quotes', "['https://h.org/a','b']", ['https://h.org/a']],
  ['typographic quotes', '“https://h.org/a” and ‘https://h.org/b’', ['https://h.org/a', 'https://h.org/b']],
  ['guillemets', '«https://h.org/a»', ['https://h.org/a']],
  ['an HTML attribute', '<a href="https://h.org/a">x</a>', ['https://h.org/a']],
  ['an HTML attribute without quotes', '<a href=https://h.org/a>x', ['https://h.org/a']],
  ['an escaped ampersand', '<a href="https://h.org/a?x=1&amp;y=2">', ['https://h.org/a?x=1&y=2']],
  ['a numeric ampersand', 'https://h.org/a?x=1&#38;y=2', ['https://h.org/a?x=1&y=2']],
  ['an escaped quote in markup', '&quot;https://h.org/a&quot;', ['https://h.org/a']],
  ['an escaped bracket in markup', '&lt;https://h.org/a&gt;', ['https://h.org/a']],
  ['an XML element', '<url>https://h.org/a</url>', ['https://h.org/a']],
  ['a srcset', '<img srcset="https://h.org/a 1x, https://h.org/b 2x">', ['https://h.org/a', 'https://h.org/b']],
  ['CSS', 'background: url(https://h.org/a.png);', ['https://h.org/a.png']],
  ['JSON', '{"url":"https://h.org/a","n":1}', ['https://h.org/a']],
  ['escaped slashes in JSON', '"https:\\/\\/h.org\\/a"', ['https://h.org/a']],
  ['a Unicode escape in JSON', '"https://h.org/a?x=1\\u0026y=2"', ['https://h.org/a?x=1&y=2']],
  ['an escaped quote in a string', '"say \\"https://h.org/a\\""', ['https://h.org/a']],
  ['an escaped line break', '"https://h.org/a\\nhttps://h.org/b"', ['https://h.org/a', 'https://h.org/b']],
  ['YAML', 'url: https://h.org/a # why', ['https://h.org/a']],
  ['a YAML flow list', '[https://h.org/a, https://h.org/b]', ['https://h.org/a', 'https://h.org/b']],
  ['TOML', 'url = "https://h.org/a"', ['https://h.org/a']],
  ['an assignment without quotes', 'URL=https://h.org/a', ['https://h.org/a']],
  [
    'a list without blanks',
    'https://h.org/a,https://h.org/b;https://h.org/c',
    ['a', 'b', 'c'].map((x) => `https://h.org/${x}`),
  ],
  ['a pipe', 'curl -fsSL https://h.org/a.sh | sh', ['https://h.org/a.sh']],
  ['a pipe without blanks', 'curl https://h.org/a.sh|sh', ['https://h.org/a.sh']],
  ['a semicolon', 'wget https://h.org/a; ls', ['https://h.org/a']],
  ['a background job', 'wget https://h.org/a& ls', ['https://h.org/a']],
  ['a chain', 'wget https://h.org/a&&ls', ['https://h.org/a']],
  ['a redirection', 'curl https://h.org/a>b', ['https://h.org/a']],
  ['a substitution', 'x=$(curl https://h.org/a)', ['https://h.org/a']],
  ['a continued line', 'curl https://h.org/a \\', ['https://h.org/a']],
  ['a continued line without a blank', 'curl https://h.org/a\\', ['https://h.org/a']],
  ['a shell escape', 'curl https://h.org/a\\?x\\=1\\&y', ['https://h.org/a?x=1&y']],
  ['a variable', 'https://h.org/a/$VERSION/b', ['https://h.org/a/']],
  ['a variable in braces', '`https://h.org/a-${version}.zip`', ['https://h.org/a-']],
  ['a template', 'https://h.org/{{ version }}/a', ['https://h.org/']],
  ['a format', 'printf("https://h.org/%s")', ['https://h.org/']],
  ['a batch variable', 'https://h.org/%VERSION%/b', ['https://h.org/']],
  ['an OData parameter', 'https://h.org/a?$filter=x&$top=1', ['https://h.org/a?$filter=x&$top=1']],
  ['LaTeX', '\\url{https://h.org/a\\_b}', ['https://h.org/a_b']],
  ['percent escapes', 'https://h.org/a%20b', ['https://h.org/a%20b']],
  ['a port', 'http://localhost:8080/a', ['http://localhost:8080/a']],
  ['an IPv4 host', 'http://127.0.0.1:1/a', ['http://127.0.0.1:1/a']],
  ['an IPv6 host', '[x](http://[::1]:8080/a)', ['http://[::1]:8080/a']],
  ['an IPv6 host in brackets', '[http://[2001:db8::1]/a]', ['http://[2001:db8::1]/a']],
  ['userinfo', 'https://u:p@h.org/a', ['https://u:p@h.org/a']],
  ['a non-ASCII path', 'see https://h.org/模型/ä.bin now', ['https://h.org/模型/ä.bin']],
  ['a non-ASCII host', 'https://bücher.example/a', ['https://bücher.example/a']],
  ['full-width punctuation', '请看https://h.org/a。然后（https://h.org/b）', ['https://h.org/a', 'https://h.org/b']],
  ['emoji', 'https://h.org/🎉 x', ['https://h.org/🎉']],
  ['a no-break space', 'https://h.org/a\u00a0b', ['https://h.org/a']],
  ['a URL in a query', 'https://h.org/?u=https://x.org/y', ['https://h.org/?u=https://x.org/y']],
  ['a URL in a path', 'https://web.org/2020/https://x.org/', ['https://web.org/2020/https://x.org/']],
  ['a git dependency', 'git+https://h.org/a.git', ['https://h.org/a.git']],
  ['a comment', '// https://h.org/a', ['https://h.org/a']],
  ['a tilde and at sign', 'https://h.org/~u/@v/a', ['https://h.org/~u/@v/a']],
  ['a wildcard', 'https://h.org/*', ['https://h.org/']],
  ['a matrix parameter', 'https://h.org/a;v=1/b', ['https://h.org/a;v=1/b']],
  ['a comma within', 'https://h.org/a,b', ['https://h.org/a,b']],
  ['brackets in a query', 'https://h.org/?a[]=1&b[0]=2', ['https://h.org/?a[]=1&b[0]=2']],
  ['no host', 'https:// and http:///', []],
  ['dots for a host', 'https://...', []],
  ['a variable for a host', 'https://$HOST/a https://${HOST}/', []],
  ['another scheme', 'ftp://h.org/a file:///x mailto:a@h.org', []],
  ['a broken port', 'http://h.org:99999/', []],
  ['nothing', '', []],
];

describe('findUrlsInLine', () => {
  for (const [what, line, expected] of table) {
    it(`cuts rightly: ${what}`, () => {
      assert.deepEqual(
        findUrlsInLine(line).map(({ url }) => url),
        expected,
        line,
      );
    });
  }

  it('gives the place of each URL', () => {
    assert.deepEqual(findUrlsInLine('a (https://h/x?a&amp;b).'), [{ start: 3, end: 22, url: 'https://h/x?a&b' }]);
    for (const [, line] of table) {
      for (const { start, end, url } of findUrlsInLine(line)) {
        if (!/[&\\]/.test(line)) assert.equal(line.slice(start, end), url);
      }
    }
  });

  it('C02 never throws, and finds ordered places of sound URLs', () => {
    const piece = fc.constantFrom(
      ...'()[]<>{}"\'`&;,.\\|$%*_~ aé/:?#@'.split(''),
      'https://',
      'http://h',
      '&amp;',
      '\\u0026',
    );
    const line = fc.oneof(fc.string({ unit: piece }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(line, (text) => {
        let behind = 0;
        for (const { start, end, url } of findUrlsInLine(text)) {
          assert.ok(start >= behind && end > start && end <= text.length);
          assert.match(new URL(url).protocol, /^https?:$/);
          assert.doesNotMatch(url, /[\s"<>`\0-\x1f]/);
          behind = end;
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('finds a URL again in any text around it', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abc123-_~'.split('')), minLength: 1 }).map((text) => `${text}x`);
    const around = fc.constantFrom(
      ['(', ')'],
      ['"', '"'],
      ["'", "'"],
      ['<', '>'],
      ['[x](', ').'],
      ['', ' '],
      ['`', '`,'],
    );
    fc.assert(
      fc.property(name, name, around, (path, query, [before = '', after = '']) => {
        const url = `https://h.org/${path}?${query}=1`;
        assert.equal(findUrlsInLine(before + url + after)[0]?.url, url);
      }),
    );
  });

  it('takes linear time on hostile lines of a megabyte', async function () {
    this.timeout(60_000);
    const parts = [
      'https://',
      'https://a',
      'http://a(',
      'https://a)',
      '(',
      ')',
      '.',
      'h',
      'https://a.',
      '&amp;',
      '\\',
      '%',
      '$',
    ];
    for (const part of [...parts, "'", ',', 'https:\\/\\/', 'x https://h.org/a ']) {
      for (const start of ['', 'https://a/']) {
        const lineOf = (length: number): string => start + part.repeat(length / part.length);
        await assertLinear(100_000, lineOf, findUrlsInLine, `${start}${part}`);
      }
    }
  });
});

describe('urlAt', () => {
  const line = 'a https://h.org/x https://h.org/y';

  it('finds the URL under the cursor, its ends included', () => {
    for (const column of [2, 10, 17]) assert.equal(urlAt(line, column)?.url, 'https://h.org/x');
    for (const column of [18, line.length]) assert.equal(urlAt(line, column)?.url, 'https://h.org/y');
  });

  it('finds none elsewhere', () => {
    for (const column of [0, 1, -5, 1000]) assert.equal(urlAt(line, column), null);
  });

  it('finds it in the middle of a line of megabytes, and reads only what is near', () => {
    const long = '"https://h.org/some/file.bin",'.repeat(100_000);
    const column = long.indexOf('https', long.length / 2);
    const startedMs = performance.now();
    const found = urlAt(long, column + 3);
    const nearMs = performance.now() - startedMs;
    assert.deepEqual(found, { start: column, end: column + 27, url: 'https://h.org/some/file.bin' });
    const wholeMs = performance.now();
    findUrlsInLine(long);
    assert.ok(nearMs < (performance.now() - wholeMs) / 2, `${nearMs} ms`);
  });
});
