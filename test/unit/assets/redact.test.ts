import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FetchError } from '../../../src/assets/fetchError';
import { displayHost, parseHttpUrl, redactText, redactUrl, tryParseUrl } from '../../../src/assets/redact';
import { assertLinear } from '../../support/growth';

const CANARY = 'c4naryS3cret';

describe('redactUrl', () => {
  const table: [string, string][] = [
    ['https://h/a?x=1#y', 'https://h/a'],
    ['https://user:pw@h:8443/a', 'https://h:8443/a'],
    ['https://h', 'https://h/'],
    ['socks5://user:pw@proxy:1080', 'socks5://proxy:1080'],
    ['data:text/plain,secret', 'data:…'],
    ['http://user:p/w@h/x', 'http://h/x'],
    ['http://user:p w', 'http://…'],
    ['user:pw@host/x?y', '…'],
    ['us er:pw@host/x?y', 'host/x'],
    ['not a url', 'not a url'],
    ['', ''],
  ];
  for (const [url, expected] of table) {
    it(`C09 C44 shows ${JSON.stringify(url)} as ${JSON.stringify(expected)}`, () => {
      assert.equal(redactUrl(url), expected);
    });
  }

  it('takes a URL object', () => assert.equal(redactUrl(new URL('https://a:b@h/x?y')), 'https://h/x'));

  it('C44 lets no secret through, be the URL sound or not', () => {
    const garbage = fc.string({ unit: fc.constantFrom('a', ' ', ':', '/', '%', '[', '\\', '.', 'é'), maxLength: 6 });
    fc.assert(
      fc.property(garbage, garbage, fc.boolean(), (host, noise, inQuery) => {
        const url = inQuery ? `https://${host}/${noise}?k=${CANARY}` : `https://u:${CANARY}${noise}@${host}/x`;
        assert.ok(!redactUrl(url).includes(CANARY), url);
        assert.ok(!redactText(`failed at ${url}`).includes(CANARY), url);
      }),
    );
  });
});

describe('redactText', () => {
  const table: [string, string][] = [
    ['GET https://u:p@h/f?sig=1 failed', 'GET https://h/f failed'],
    ['see "https://h/f?x", (http://h/g#z)', 'see "https://h/f", (http://h/g'],
    ["https://u:pa'CANARY@h/x, then", 'https://h/x, then'],
    ['https://u:pa"CANARY@h/x', 'https://h/x'],
    ['"https://u:pa"CANARY@h/x".', '"https://h/x".'],
    ['“https://h/x?sig=a<CANARY” is', '“https://h/x” is'],
    ["GET /x?sig='CANARY HTTP/1.1", 'GET /x?… HTTP/1.1'],
    ['no folder /tmp/https:/u:CANARY@h/x', 'no folder /tmp/https://h/x'],
    ['an http://, https:// or socks5:// URL', 'an http://, https:// or socks5:// URL'],
    ['Authorization: Bearer abc.def\nnext', 'Authorization: [redacted]\nnext'],
    ['{"authorization":"Basic abc","a":1}', '{"authorization":"[redacted]","a":1}'],
    ['Set-Cookie: a=b; Secure', 'Set-Cookie: [redacted]'],
    ['X-Api-Key: k PRIVATE-TOKEN: t', 'X-Api-Key: [redacted] PRIVATE-TOKEN: [redacted]'],
    ['X-JFrog-Art-Api=k', 'X-JFrog-Art-Api=[redacted]'],
    ['GET /f?X-Amz-Signature=1&a=b 403', 'GET /f?… 403'],
    ['sent Bearer abcdefghijklmnop1234', 'sent Bearer [redacted]'],
    ['basic authentication failed', 'basic authentication failed'],
    ['Is it done? Yes = no', 'Is it done? Yes = no'],
  ];
  for (const [text, expected] of table) {
    it(`C44 turns ${JSON.stringify(text)} into ${JSON.stringify(expected)}`, () => {
      assert.equal(redactText(text), expected);
    });
  }

  it('takes linear time on hostile text', async function () {
    this.timeout(60_000);
    for (const part of ['a', 'a.', 'token', 'https://', '?a', '=', ' ', '@', 'http://@', 'basic ']) {
      const textOf = (length: number): string => part.repeat(length / part.length);
      await assertLinear(100_000, textOf, redactText, JSON.stringify(part));
    }
  });
});

describe('displayHost', () => {
  it('names host and unusual port only', () => {
    assert.equal(displayHost('https://u:p@h:8443/x?y'), 'h:8443');
    assert.equal(displayHost('https://h:443/'), 'h');
    assert.equal(displayHost('https://b\u00fccher.example'), 'xn--bcher-kva.example');
    assert.equal(displayHost('nonsense'), 'an unknown host');
  });
});

describe('tryParseUrl', () => {
  it('gives the same answer however often it is asked', () => {
    for (let n = 0; n < 50_000; n += 1) assert.notEqual(tryParseUrl('https://h.org/\u00fc'), null);
    assert.equal(tryParseUrl('b', 'https://h.org/a')?.href, 'https://h.org/b');
    assert.equal(tryParseUrl('nonsense'), null);
  });
});

describe('parseHttpUrl', () => {
  it('reads http and https addresses', () => {
    assert.equal(parseHttpUrl(' https://h/a b ').href, 'https://h/a%20b');
    assert.equal(parseHttpUrl('HTTP://u:p@[::1]:8080/x').host, '[::1]:8080');
  });

  const others = [
    'file:///etc/passwd',
    'data:,x',
    'ftp://h/x',
    'gopher://h',
    'vscode:x',
    'javascript:alert(1)',
    'C:\\x',
    'FTP://h',
  ];
  for (const text of others) {
    it(`C13 does not support ${text}`, () => {
      assert.throws(() => parseHttpUrl(text), { code: 'unsupportedUrl', message: /give an http or https address/ });
    });
  }

  const broken = [
    '',
    '  ',
    'example.com/x',
    'localhost:80',
    'https:/h/x',
    'https:h',
    'https://',
    '\\\\unc\\x',
    '//h/x',
    'x y',
  ];
  for (const text of [...broken, 'https://h:99999/', 'https://[::1', 'http://%s/']) {
    it(`C13 takes ${JSON.stringify(text)} for no address`, () => {
      assert.throws(() => parseHttpUrl(text), { code: 'invalidRequest' });
    });
  }

  it('C13 suggests the scheme that is missing, without the query', () => {
    assert.throws(() => parseHttpUrl(`example.com/x?k=${CANARY}`), {
      message: /Did you mean https:\/\/example\.com\/x\?$/,
    });
    assert.throws(() => parseHttpUrl('localhost:8080'), { message: /Did you mean https:\/\/localhost:8080\/\?$/ });
  });

  for (const text of [
    'https://h/a\r\nX: y',
    'https://h/\0',
    'https://h/a\tb',
    'ht\ntps://h/',
    'https://h/\n',
    'https://h/\x7f',
  ]) {
    it(`C15 refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseHttpUrl(text), { code: 'invalidRequest', message: /control character/ });
    });
  }

  it('C13 C44 fails with a code and without secrets, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          assert.match(parseHttpUrl(`${text}?${CANARY}`).protocol, /^https?:$/);
        } catch (error) {
          assert.ok(error instanceof FetchError && ['invalidRequest', 'unsupportedUrl'].includes(error.code));
          assert.ok(!error.message.includes(CANARY));
        }
      }),
    );
  });
});
