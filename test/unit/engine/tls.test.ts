import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { readCertificate, readTestCa, type CertificateName } from '../../support/certificates';
import { RawServer } from '../../support/rawServer';
import { ask, disposeClients, failsWith, makeClient, readAll } from './networkFixture';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('TLS', () => {
  const servers: { close(): Promise<unknown> }[] = [];
  const serve = async (certificate: CertificateName): Promise<string> => {
    const server = await RawServer.start((socket) => void socket.write(OK), certificate);
    servers.push(server);
    return `https://127.0.0.1:${server.port}/`;
  };

  afterEach(async () => {
    await disposeClients();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('trusts extra certificates and tells what was agreed', async () => {
    const url = await serve('loopback');
    const response = await makeClient({ extraCertificates: [readTestCa()] }).request(ask(url));
    assert.equal((await readAll(response)).body.toString(), 'ok');
    const { tls } = response.connection;
    assert.match(tls?.protocol ?? '', /^TLSv1\.[23]$/);
    assert.match(tls?.validTo ?? '', /\d{4} GMT$/);
  });

  it('checks the name that was asked for, by name and by address', async () => {
    const url = await serve('loopback');
    const client = makeClient({ extraCertificates: [readTestCa()] });
    await readAll(await client.request(ask(url.replace('127.0.0.1', 'localhost'))));
    const other = await serve('otherHost');
    await assert.rejects(client.request(ask(other)), failsWith('tlsFailed', /another name/));
  });

  it('A69 C19 refuses a certificate that nobody vouches for, with the reason', async () => {
    const url = await serve('loopback');
    await assert.rejects(
      makeClient().request(ask(url)),
      (error: { code: string; details: { reason: string; host: string } }) => {
        assert.equal(error.code, 'tlsFailed');
        assert.match(error.details.reason, /UNABLE_TO|SELF_SIGNED/);
        assert.match(error.details.host, /^127\.0\.0\.1:\d+$/);
        return true;
      },
    );
  });

  it('A69 refuses an expired certificate', async () => {
    const url = await serve('expired');
    const client = makeClient({ extraCertificates: [readTestCa()] });
    await assert.rejects(client.request(ask(url)), failsWith('tlsFailed', /expired \(CERT_HAS_EXPIRED\)/));
  });

  it('C19 is not weakened by NODE_TLS_REJECT_UNAUTHORIZED, nor by the proxy’s strictSsl', async () => {
    const url = await serve('loopback');
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const proxy = { url: null, authorization: null, noProxy: [], useEnvironment: false, strictSsl: false };
      await assert.rejects(makeClient({ proxy }).request(ask(url)), failsWith('tlsFailed'));
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('C11 offers no client certificate, to any server', async () => {
    const offered: boolean[] = [];
    const server = createTlsServer(
      { ...readCertificate('loopback'), requestCert: true, rejectUnauthorized: false },
      (socket: TLSSocket) => {
        offered.push(Object.keys(socket.getPeerCertificate()).length > 0);
        socket.once('data', () => socket.end(OK)).on('error', () => undefined);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push({ close: () => new Promise((resolve) => server.close(resolve)) });
    const { port } = server.address() as AddressInfo;
    await readAll(await makeClient({ extraCertificates: [readTestCa()] }).request(ask(`https://127.0.0.1:${port}/`)));
    assert.deepEqual(offered, [false]);
  });

  it('tells a server that speaks no TLS from one that is silent or hangs up', async () => {
    const rude = createServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')).on('error', () => undefined);
    });
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    servers.push({ close: () => new Promise((resolve) => rude.close(resolve)) });
    const { port } = rude.address() as AddressInfo;
    await assert.rejects(makeClient().request(ask(`https://127.0.0.1:${port}/`)), failsWith('tlsFailed'));
    const silent = createServer((socket) => socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    servers.push({ close: () => new Promise((resolve) => silent.close(resolve)) });
    const silentUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    await assert.rejects(makeClient({ connectTimeoutMs: 200 }).request(ask(silentUrl)), failsWith('timedOut'));
    silent.on('connection', (socket) => socket.resetAndDestroy());
    await assert.rejects(
      makeClient().request(ask(silentUrl)),
      failsWith('connectFailed', /while it was being secured|refused|ECONNRESET/),
    );
  });

  it('uses the system’s certificates where Node can read them', async () => {
    const url = await serve('loopback');
    await assert.rejects(makeClient({ useSystemCertificates: true }).request(ask(url)), failsWith('tlsFailed'));
    const client = makeClient({ useSystemCertificates: true, extraCertificates: [readTestCa()] });
    assert.equal((await readAll(await client.request(ask(url)))).body.toString(), 'ok');
  });

  it('says that an extra certificate is none', async () => {
    const url = await serve('loopback');
    const client = makeClient({ extraCertificates: ['not a certificate'] });
    await assert.rejects(client.request(ask(url)), (error: { code: string }) =>
      ['invalidRequest', 'tlsFailed'].includes(error.code),
    );
  });
});
