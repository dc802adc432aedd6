import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, Socket, type AddressInfo } from 'node:net';
import type { NetworkOptions } from '../../../src/engine/networkOptions';
import { connectThroughSocks5 } from '../../../src/engine/socks5';
import { readTestCa } from '../../support/certificates';
import { TestProxy, type ProxyOptions } from '../../support/proxies';
import { RawServer } from '../../support/rawServer';
import { findProgram } from '../../support/realServer';
import { Squid } from '../../support/squid';
import { ask, disposeClients, failsWith, makeClient, noProxySettings, person, readAll } from './networkFixture';

const CREDENTIALS = 'me:p@ss';

describe('connections through proxies', () => {
  const closing: { close(): Promise<unknown> }[] = [];
  let plain: RawServer;
  let secure: RawServer;

  beforeEach(async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    plain = await RawServer.start((socket) => void socket.write(answer));
    secure = await RawServer.start((socket) => void socket.write(answer), 'loopback');
    closing.push(plain, secure);
  });
  afterEach(async () => {
    await disposeClients();
    await Promise.all(closing.splice(0).map((server) => server.close()));
  });

  const start = async (kind: 'http' | 'socks5', options: ProxyOptions = {}): Promise<TestProxy> => {
    const proxy = await (kind === 'http' ? TestProxy.startHttp(options) : TestProxy.startSocks5(options));
    closing.push(proxy);
    return proxy;
  };
  const through = (url: string, options: Partial<NetworkOptions> = {}) =>
    makeClient({ extraCertificates: [readTestCa()], proxy: { ...noProxySettings, url }, ...options });
  const origins = () => [`http://127.0.0.1:${plain.port}/f`, `https://127.0.0.1:${secure.port}/f`];

  for (const kind of ['http', 'socks5'] as const) {
    it(`fetches http and https through a ${kind} proxy, and keeps the connection`, async () => {
      const proxy = await start(kind);
      const client = through(`${kind}://127.0.0.1:${proxy.port}`);
      for (const url of origins()) {
        for (const isReused of [false, true]) {
          const response = await client.request(ask(url));
          assert.equal((await readAll(response)).body.toString(), 'ok');
          assert.equal(response.connection.isReused, isReused);
          assert.equal(response.connection.proxy, `${kind}://127.0.0.1:${proxy.port}`);
        }
      }
      const [first, ...others] = proxy.targets;
      assert.equal(first, kind === 'http' ? origins()[0] : `127.0.0.1:${plain.port}`);
      assert.equal(others.at(-1), `127.0.0.1:${secure.port}`);
      assert.equal(secure.connections, 1);
    });

    it(`brings a long body through a ${kind} proxy byte for byte, connection kept`, async () => {
      const body = randomBytes(2_000_000);
      const answer = (socket: Socket): void => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
        socket.write(body);
      };
      const servers = [await RawServer.start(answer), await RawServer.start(answer, 'loopback')] as const;
      closing.push(...servers);
      const client = through(`${kind}://127.0.0.1:${(await start(kind)).port}`);
      for (const [index, scheme] of ['http', 'https'].entries()) {
        for (const isReused of [false, true]) {
          const response = await client.request(ask(`${scheme}://127.0.0.1:${servers[index]?.port}/f`));
          assert.ok((await readAll(response)).body.equals(body));
          assert.equal(response.connection.isReused, isReused);
        }
      }
    });

    it(`A67 shows the ${kind} proxy its credentials and the origin none`, async () => {
      const proxy = await start(kind, { credentials: CREDENTIALS });
      const client = through(`${kind}://me:p%40ss@127.0.0.1:${proxy.port}`);
      for (const url of origins()) assert.equal((await readAll(await client.request(ask(url)))).end, 'complete');
      const shown = kind === 'http' ? `Basic ${Buffer.from(CREDENTIALS).toString('base64')}` : CREDENTIALS;
      assert.deepEqual(new Set(proxy.shownCredentials), new Set([shown]));
      for (const request of [...plain.requests, ...secure.requests])
        assert.doesNotMatch(request, /authorization|p@ss/i);
    });

    it(`A67 says that the ${kind} proxy wants credentials, or others`, async () => {
      const proxy = await start(kind, { credentials: CREDENTIALS });
      for (const userinfo of ['', 'me:wrong@']) {
        const client = through(`${kind}://${userinfo}127.0.0.1:${proxy.port}`);
        for (const url of origins()) {
          await assert.rejects(
            client.request(ask(url)),
            (error: { code: string; message: string; details: object }) => {
              assert.equal(error.code, 'connectFailed');
              assert.match(error.message, /The proxy \w+:\/\/127\.0\.0\.1:\d+ .*password/);
              assert.ok('isFinal' in error.details && error.details.isFinal);
              return true;
            },
          );
        }
      }
      assert.equal(plain.requests.length + secure.requests.length, 0);
    });

    it(`A67 blames the ${kind} proxy where it can't be reached`, async () => {
      const { port } = await start(kind);
      await closing.pop()?.close();
      const client = through(`${kind}://127.0.0.1:${port}`);
      for (const url of origins())
        await assert.rejects(client.request(ask(url)), failsWith('connectFailed', /the proxy .*refused/));
    });

    it(`A67 a ${kind} proxy that dies in mid-body truncates it`, async () => {
      const proxy = await start(kind, { cutTunnelAfterBytes: 20_000 });
      const long = await RawServer.start(
        (socket) => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n${'x'.repeat(30_000)}`),
        'loopback',
      );
      closing.push(long);
      const client = through(`${kind}://127.0.0.1:${proxy.port}`);
      const reading = client.request(ask(`https://127.0.0.1:${long.port}/`)).then(readAll);
      // A reset may overtake the head.
      await assert.rejects(reading, ({ code }: { code: string }) => ['truncated', 'connectFailed'].includes(code));
    });
  }

  it('A67 tells a proxy’s 502 and its refusal from the origin’s', async () => {
    for (const [refuseWith, isFinal] of [
      [502, false],
      [403, true],
    ] as const) {
      const proxy = await start('http', { refuseWith });
      const request = through(`http://127.0.0.1:${proxy.port}`).request(ask(`https://127.0.0.1:${secure.port}/`));
      await assert.rejects(request, (error: { code: string; message: string; details: object }) => {
        assert.equal(error.code, 'connectFailed');
        assert.match(error.message, new RegExp(`proxy .*${refuseWith}`));
        assert.ok('isFinal' in error.details && error.details.isFinal === isFinal);
        assert.ok('proxy' in error.details && error.details.proxy === `http://127.0.0.1:${proxy.port}`);
        return true;
      });
    }
  });

  it('A67 explains a SOCKS5 refusal', async () => {
    const proxy = await start('socks5', { refuseWith: 2 });
    const request = through(`socks5://127.0.0.1:${proxy.port}`).request(ask(`https://127.0.0.1:${secure.port}/`));
    await assert.rejects(request, failsWith('connectFailed', /rules forbid/));
  });

  it('A67 says of a proxy that it speaks another protocol', async () => {
    const other = await RawServer.start((socket) => void socket.write('SSH-2.0-x\r\n\r\n'));
    closing.push(other);
    const asking = through(`http://127.0.0.1:${other.port}`).request(ask(`https://127.0.0.1:${secure.port}/`));
    await assert.rejects(asking, failsWith('connectFailed', /The proxy .* does not speak HTTP/));
    const webServer = createServer((socket) => void socket.write('HTTP/1.1 400 Bad\r\n\r\n'));
    await new Promise<void>((resolve) => webServer.listen(0, '127.0.0.1', resolve));
    const { port } = webServer.address() as AddressInfo;
    const socks = through(`socks5://127.0.0.1:${port}`).request(ask(`https://127.0.0.1:${secure.port}/`));
    await assert.rejects(socks, failsWith('connectFailed', /The proxy .* does not speak SOCKS5/));
    webServer.close();
  });

  it('refuses a host name that is too long for DNS before any proxy hears of it', async () => {
    const long = `${'x'.repeat(50)}.`.repeat(5);
    for (const kind of ['http', 'socks5'] as const) {
      const proxy = await start(kind);
      for (const scheme of ['http', 'https']) {
        const request = through(`${kind}://127.0.0.1:${proxy.port}`).request(ask(`${scheme}://${long}test/`));
        await assert.rejects(request, failsWith('invalidRequest', /253 characters/));
      }
      assert.deepEqual(proxy.targets, []);
    }
  });

  it('writes no host name to a SOCKS5 proxy whose length does not fit into its byte', async () => {
    const socket = new Socket();
    const request = { hostname: 'x'.repeat(256), port: 80, credentials: null, proxy: 'socks5://p.test:1080' };
    const connecting = connectThroughSocks5(socket, request, new AbortController().signal);
    await assert.rejects(connecting, failsWith('connectFailed', /255 bytes/));
    assert.equal(socket.bytesWritten, 0);
    socket.destroy();
  });

  it('lets proxies resolve names', async () => {
    for (const kind of ['http', 'socks5'] as const) {
      const proxy = await start(kind, { refuseWith: kind === 'http' ? 502 : 4 });
      const resolved: string[] = [];
      const resolve = (name: string) => {
        resolved.push(name);
        return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      };
      const client = makeClient({ proxy: { ...noProxySettings, url: `${kind}://proxy.test:${proxy.port}` } }, resolve);
      await assert.rejects(client.request(ask('https://origin.test/')), failsWith('connectFailed'));
      assert.deepEqual(resolved, ['proxy.test']);
      assert.deepEqual(proxy.targets, ['origin.test:443']);
    }
  });

  it('speaks TLS with an HTTPS proxy, checks its certificate, and goes without where strictSsl is off', async () => {
    const proxy = await start('http', { certificate: 'loopback' });
    const url = `https://127.0.0.1:${proxy.port}`;
    for (const origin of origins()) {
      assert.equal((await readAll(await through(url).request(ask(origin)))).end, 'complete');
    }
    const distrusting = through(url, { extraCertificates: [] });
    await assert.rejects(distrusting.request(ask(origins()[0] ?? '')), failsWith('tlsFailed', /the proxy/));
    const lax = through('', { extraCertificates: [], proxy: { ...noProxySettings, url, strictSsl: false } });
    assert.equal((await readAll(await lax.request(ask(origins()[0] ?? '')))).end, 'complete');
    // The origin's own certificate is checked all the same.
    await assert.rejects(lax.request(ask(origins()[1] ?? '')), failsWith('tlsFailed', /127\.0\.0\.1/));
  });

  it('goes directly where the no-proxy list says so', async () => {
    const proxy = await start('http');
    const settings = { ...noProxySettings, url: `http://127.0.0.1:${proxy.port}`, noProxy: ['127.0.0.0/8'] };
    const response = await makeClient({ proxy: settings }).request(ask(origins()[0] ?? ''));
    assert.equal(response.connection.proxy, null);
    await readAll(response);
    assert.deepEqual(proxy.targets, []);
  });

  it('C16 judges literal addresses before a proxy sees them', async () => {
    const proxy = await start('http');
    const client = through(`http://127.0.0.1:${proxy.port}`);
    const addressPolicy = { ...person, source: 'manifest' as const };
    for (const url of [
      'http://169.254.169.254/latest/',
      'http://localhost/',
      'https://10.0.0.1/',
      'http://metadata.google.internal/',
    ]) {
      await assert.rejects(client.request(ask(url, { addressPolicy })), failsWith('untrusted'));
    }
    assert.deepEqual(proxy.targets, []);
  });

  it('gives up on a proxy that accepts and says nothing', async () => {
    const silent = await RawServer.start(() => undefined);
    closing.push(silent);
    for (const kind of ['http', 'socks5']) {
      const client = through(`${kind}://127.0.0.1:${silent.port}`, { connectTimeoutMs: 200 });
      await assert.rejects(
        client.request(ask(`https://127.0.0.1:${secure.port}/`)),
        failsWith('timedOut', /through the proxy/),
      );
    }
  });

  describe('a real squid', () => {
    before(function () {
      if (findProgram('squid') === null) {
        console.log('      squid is not installed: skipped');
        this.skip();
      }
    });

    it('A67 passes http and https on, with credentials', async function () {
      this.timeout(20_000);
      const squid = await Squid.start({ credentials: { user: 'me', password: 'secret' } });
      try {
        const { port } = squid;
        const client = through(`http://me:secret@127.0.0.1:${port}`);
        for (const url of origins())
          assert.equal((await readAll(await client.request(ask(url)))).body.toString(), 'ok');
        for (const url of origins()) {
          await assert.rejects(
            through(`http://127.0.0.1:${port}`).request(ask(url)),
            failsWith('connectFailed', /password/),
          );
        }
        for (const request of [...plain.requests, ...secure.requests])
          assert.doesNotMatch(request, /authorization|secret/i);
      } finally {
        await squid.stop();
      }
    });
  });
});
