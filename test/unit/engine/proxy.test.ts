import assert from 'node:assert/strict';
import type { ProxySettings } from '../../../src/bridge/protocol';
import { findNoProxyEntry, splitNoProxy } from '../../../src/engine/noProxy';
import { chooseProxy, type Environment, type ProxyDecision } from '../../../src/engine/proxy';
import { failsWith, noProxySettings } from './networkFixture';

const fromEnvironment: ProxySettings = { ...noProxySettings, useEnvironment: true };

/** `kind host:port` of the way to a URL. */
function show(decision: ProxyDecision): string {
  return decision.kind === 'direct' ? 'direct' : `${decision.kind} ${decision.url.hostname}:${decision.port}`;
}

describe('chooseProxy', () => {
  const rows: readonly (readonly [string, string, Environment, string])[] = [
    ['nothing set', 'https://a.test/', {}, 'direct'],
    ['https_proxy', 'https://a.test/', { https_proxy: 'http://p.test:3128' }, 'http p.test:3128'],
    ['HTTPS_PROXY', 'https://a.test/', { HTTPS_PROXY: 'http://p.test:3128' }, 'http p.test:3128'],
    [
      'lower case first',
      'https://a.test/',
      { HTTPS_PROXY: 'http://up.test:1', https_proxy: 'http://low.test:1' },
      'http low.test:1',
    ],
    ['the scheme’s own only', 'http://a.test/', { https_proxy: 'http://p.test:3128' }, 'direct'],
    ['http_proxy', 'http://a.test/', { http_proxy: 'http://p.test:3128' }, 'http p.test:3128'],
    ['HTTP_PROXY', 'http://a.test/', { HTTP_PROXY: 'http://p.test:3128' }, 'http p.test:3128'],
    [
      'HTTP_PROXY on a CGI server',
      'http://a.test/',
      { HTTP_PROXY: 'http://p.test:1', REQUEST_METHOD: 'GET' },
      'direct',
    ],
    ['ALL_PROXY', 'https://a.test/', { ALL_PROXY: 'socks5://p.test' }, 'socks5 p.test:1080'],
    [
      'all_proxy behind its own',
      'https://a.test/',
      { all_proxy: 'http://all.test:1', HTTPS_PROXY: 'http://own.test:1' },
      'http own.test:1',
    ],
    ['empty is not set', 'https://a.test/', { https_proxy: '', ALL_PROXY: 'http://p.test:1' }, 'http p.test:1'],
    ['no scheme', 'https://a.test/', { https_proxy: 'p.test:3128' }, 'http p.test:3128'],
    ['an HTTPS proxy', 'https://a.test/', { https_proxy: 'https://p.test' }, 'https p.test:443'],
    ['an HTTP proxy without port', 'https://a.test/', { https_proxy: 'http://p.test' }, 'http p.test:80'],
    ['socks5h', 'https://a.test/', { https_proxy: 'socks5h://p.test:9050' }, 'socks5 p.test:9050'],
    ['IPv6', 'https://a.test/', { https_proxy: 'http://[::1]:3128' }, 'http [::1]:3128'],
    ['NO_PROXY', 'https://a.test/', { https_proxy: 'http://p.test:1', NO_PROXY: 'b.test, a.test' }, 'direct'],
    [
      'no_proxy before NO_PROXY',
      'https://a.test/',
      { https_proxy: 'http://p.test:1', NO_PROXY: 'a.test', no_proxy: 'b.test' },
      'http p.test:1',
    ],
    ['loopback is no exception', 'http://127.0.0.1/', { http_proxy: 'http://p.test:1' }, 'http p.test:1'],
  ];
  for (const [name, url, environment, expected] of rows) {
    it(`environment: ${name}`, () =>
      assert.equal(show(chooseProxy(new URL(url), fromEnvironment, environment)), expected));
  }

  it('goes by the setting before the environment, and by its no-proxy list alone', () => {
    const settings = { ...fromEnvironment, url: 'http://set.test:8080', noProxy: ['inner.test'] };
    const environment = { https_proxy: 'http://env.test:1', NO_PROXY: '*' };
    assert.equal(show(chooseProxy(new URL('https://a.test/'), settings, environment)), 'http set.test:8080');
    assert.equal(show(chooseProxy(new URL('https://x.inner.test/'), settings, environment)), 'direct');
  });

  it('leaves the environment alone where told to', () => {
    assert.equal(
      show(chooseProxy(new URL('https://a.test/'), noProxySettings, { ALL_PROXY: 'http://p.test:1' })),
      'direct',
    );
  });

  it('says why', () => {
    const { why } = chooseProxy(new URL('https://a.test/'), fromEnvironment, {
      https_proxy: 'http://p.test:1',
      NO_PROXY: '.test',
    });
    assert.match(why, /NO_PROXY names \.test/);
    assert.match(
      chooseProxy(new URL('https://a.test/'), fromEnvironment, { ALL_PROXY: 'http://p.test:1' }).why,
      /ALL_PROXY/,
    );
  });

  it('C44 takes credentials out of the URL, decoded', () => {
    const decision = chooseProxy(
      new URL('https://a.test/'),
      { ...noProxySettings, url: 'http://me:p%40ss%@p.test:1' },
      {},
    );
    assert.ok(decision.kind === 'http');
    assert.deepEqual(decision.credentials, { username: 'me', password: 'p%40ss%' });
    const plain = chooseProxy(new URL('https://a.test/'), { ...noProxySettings, url: 'http://me:p%40ss@p.test:1' }, {});
    assert.ok(plain.kind === 'http');
    assert.equal(plain.authorization, `Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    assert.doesNotMatch(JSON.stringify({ url: plain.url, why: plain.why }), /p%40ss|p@ss/);
  });

  it('prefers the authorization setting to the URL', () => {
    const settings = { ...noProxySettings, url: 'http://me:pw@p.test:1', authorization: 'Bearer t' };
    const decision = chooseProxy(new URL('https://a.test/'), settings, {});
    assert.ok(decision.kind === 'http');
    assert.equal(decision.authorization, 'Bearer t');
  });

  it('C15 C44 refuses an authorization that would be more than a header’s value, without repeating it', () => {
    for (const authorization of ['Basic CANARY\r\nX: y', 'CANARY\nx', 'CANARY\0', 'CANARY\u20ac']) {
      const settings = { ...noProxySettings, url: 'http://p.test:3128', authorization };
      assert.throws(
        () => chooseProxy(new URL('https://a.test/'), settings, {}),
        (error: Error) => failsWith('invalidRequest', /authorization/)(error) && !error.message.includes('CANARY'),
      );
    }
  });

  it('C44 refuses a proxy that is no URL without repeating it', () => {
    for (const url of ['http://me:CANARY@:bad', 'ftp://CANARY@p.test', 'http://CANARY@[x]/', 'socks4://CANARY:1']) {
      const choose = () => chooseProxy(new URL('https://a.test/'), { ...noProxySettings, url }, {});
      assert.throws(choose, failsWith('invalidRequest'), url);
      assert.throws(choose, (error: Error) => !error.message.includes('CANARY'));
    }
  });
});

describe('findNoProxyEntry', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['*', 'http://any.test/', true],
    ['a.test', 'http://a.test/', true],
    ['a.test', 'http://sub.a.test/', true],
    ['a.test', 'http://nota.test/', false],
    ['.a.test', 'http://sub.a.test/', true],
    ['.a.test', 'http://a.test/', true],
    ['*.a.test', 'http://sub.a.test/', true],
    ['A.Test', 'http://a.test/', true],
    ['a.test', 'http://a.test./', true],
    ['a.test.', 'http://a.test/', true],
    ['a.test:8080', 'http://a.test:8080/', true],
    ['a.test:8080', 'http://a.test/', false],
    ['a.test:80', 'http://a.test/', true],
    ['a.test:443', 'https://a.test/', true],
    ['10.0.0.1', 'http://10.0.0.1/', true],
    ['10.0.0.1', 'http://10.0.0.11/', false],
    ['10.0.0.0/8', 'http://10.9.9.9/', true],
    ['10.0.0.0/8', 'http://11.0.0.1/', false],
    ['192.168.1.128/25', 'http://192.168.1.127/', false],
    ['192.168.1.128/25', 'http://192.168.1.200/', true],
    ['10.0.0.0/8', 'http://host.test/', false],
    ['10.0.0.1:81', 'http://10.0.0.1:81/', true],
    ['10.0.0.1:81', 'http://10.0.0.1/', false],
    ['::1', 'http://[::1]/', true],
    ['[::1]', 'http://[::1]:99/', true],
    ['[::1]:99', 'http://[::1]:99/', true],
    ['[::1]:99', 'http://[::1]:98/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[fd00::]/8', 'http://[fd12::1]/', true],
    ['fd00::/8', 'http://[fe00::1]/', false],
    ['0.0.0.0/0', 'http://8.8.8.8/', true],
    ['10.0.0.0/99', 'http://10.0.0.1/', false],
    ['.', 'http://a.test/', false],
    ['test', 'http://a.test/', true],
    ['0.0.1', 'http://10.0.0.1/', false],
    ['bücher.example', 'https://bücher.example/', true],
    ['.BÜCHER.example:443', 'https://a.xn--bcher-kva.example/', true],
    ['bucher.example', 'https://bücher.example/', false],
    ['127.0.0.0/8', 'http://[::ffff:127.0.0.1]/', true],
    ['127.0.0.2', 'http://[::ffff:127.0.0.1]/', false],
    ['::ffff:127.0.0.1', 'http://[::ffff:127.0.0.1]/', true],
  ];
  for (const [entry, url, isExempt] of rows) {
    it(`${entry} ${isExempt ? 'exempts' : 'does not exempt'} ${url}`, () =>
      assert.equal(findNoProxyEntry(new URL(url), [entry]), isExempt ? entry : null));
  }

  it('splits lists by commas and spaces', () => {
    assert.deepEqual(splitNoProxy(' a.test,b.test  c.test,, '), ['a.test', 'b.test', 'c.test']);
  });
});
