import assert from 'node:assert/strict';
import type { DiagnosisStep } from '../../../src/bridge/diagnosis';
import { resolveHost, type ResolveHost } from '../../../src/engine/dial';
import { diagnoseUrl } from '../../../src/engine/doctor';
import type { NetworkOptions } from '../../../src/engine/networkOptions';
import { readTestCa, type CertificateName } from '../../support/certificates';
import { TestProxy } from '../../support/proxies';
import { RawServer } from '../../support/rawServer';
import { networkOptions, noProxySettings } from './networkFixture';

const PART = 'HTTP/1.1 206 Partial Content\r\nContent-Type: application/zip\r\n';
const BIG = 'Content-Range: bytes 0-20971519/20971520\r\nContent-Length: 20971520\r\n';

/** Knows every name but one, without asking a network. */
const resolve: ResolveHost = (hostname) =>
  hostname === 'nowhere.test'
    ? Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }))
    : resolveHost(hostname);

describe('diagnoseUrl', () => {
  const closing: { close(): Promise<unknown> }[] = [];
  const serve = async (answer: string, certificate?: CertificateName): Promise<RawServer> => {
    const server = await RawServer.start((socket) => void socket.write(answer, 'latin1'), certificate);
    closing.push(server);
    return server;
  };
  const diagnose = async (url: string, options: Partial<NetworkOptions> = {}): Promise<Map<string, DiagnosisStep>> => {
    const network = networkOptions({ extraCertificates: [readTestCa()], ...options });
    const steps = new Map<string, DiagnosisStep>();
    for await (const step of diagnoseUrl(url, network, new AbortController().signal, resolve))
      steps.set(step.step, step);
    return steps;
  };
  const outcomes = (steps: Map<string, DiagnosisStep>) =>
    [...steps.values()].map(({ step, outcome }) => `${step} ${outcome}`);

  afterEach(async () => {
    await Promise.all(closing.splice(0).map((server) => server.close()));
  });

  it('tells all there is to tell about a good server', async () => {
    const digest = `Repr-Digest: sha-256=:${Buffer.alloc(32, 1).toString('base64')}:\r\n`;
    const server = await serve(`${PART}${BIG}ETag: "v1"\r\n${digest}\r\n`, 'loopback');
    const steps = await diagnose(`https://me:CANARY@127.0.0.1:${server.port}/a.zip?token=CANARY`);
    assert.deepEqual(outcomes(steps), [
      'url ok',
      'proxy ok',
      'addresses ok',
      'connection ok',
      'tls ok',
      'redirects ok',
      'answer ok',
      'ranges ok',
      'validators ok',
      'hashes ok',
      'outlook ok',
    ]);
    assert.match(steps.get('tls')?.text ?? '', /TLSv1\.[23]; certificate of /);
    assert.match(steps.get('answer')?.text ?? '', /206, 2[01](?:\.\d)? MB, application\/zip/);
    assert.match(steps.get('hashes')?.text ?? '', /repr-digest/);
    assert.match(steps.get('outlook')?.text ?? '', /resumed; several connections/);
    assert.doesNotMatch(JSON.stringify([...steps]), /CANARY/);
    assert.match(server.requests[0] ?? '', /Range: bytes=0-/);
    assert.equal(server.requests.length, 1);
  });

  it('warns where a download could not be resumed', async () => {
    const server = await serve('HTTP/1.1 200 OK\r\n\r\n');
    const steps = await diagnose(`http://127.0.0.1:${server.port}/a`);
    for (const step of ['url', 'tls', 'answer', 'ranges', 'validators', 'outlook'])
      assert.equal(steps.get(step)?.outcome, 'warn', step);
    assert.match(steps.get('outlook')?.text ?? '', /starts over/);
  });

  it('says what a hash would make possible', async () => {
    const server = await serve(`${PART}${BIG}ETag: W/"v1"\r\n\r\n`);
    const steps = await diagnose(`http://127.0.0.1:${server.port}/a`);
    assert.match(steps.get('validators')?.text ?? '', /weak/);
    assert.match(steps.get('outlook')?.text ?? '', /With a hash given: can be resumed, several connections/);
  });

  it('shows every redirect and its published hash', async () => {
    const target = await serve(`${PART}${BIG}ETag: "v1"\r\n\r\n`);
    const linked = `X-Linked-ETag: "${'ab'.repeat(32)}"\r\n`;
    const server = await serve(
      `HTTP/1.1 302 Found\r\nLocation: http://localhost:${target.port}/b?sig=CANARY\r\n${linked}Content-Length: 0\r\n\r\n`,
    );
    const steps = await diagnose(`http://127.0.0.1:${server.port}/a`);
    assert.match(steps.get('redirects')?.text ?? '', /\/a \(302\) → http:\/\/localhost:\d+\/b\. Headers/);
    assert.match(steps.get('hashes')?.text ?? '', /x-linked-etag/);
    assert.doesNotMatch(JSON.stringify([...steps]), /CANARY/);
  });

  it('names the proxy and why it was chosen, and leaves the resolving to it', async () => {
    const server = await serve(`${PART}${BIG}ETag: "v1"\r\n\r\n`);
    const proxy = await TestProxy.startHttp();
    closing.push(proxy);
    const environment = { HTTP_PROXY: `http://me:CANARY@127.0.0.1:${proxy.port}` };
    const steps = await diagnose(`http://127.0.0.1:${server.port}/a`, {
      environment,
      proxy: { ...noProxySettings, useEnvironment: true },
    });
    assert.match(
      steps.get('proxy')?.text ?? '',
      /Through http:\/\/127\.0\.0\.1:\d+, with credentials: HTTP_PROXY says so/,
    );
    assert.match(steps.get('addresses')?.text ?? '', /The proxy resolves/);
    assert.doesNotMatch(JSON.stringify([...steps]), /CANARY/);
  });

  it('ends with the step that failed', async () => {
    const expired = await serve('', 'expired');
    const missing = await serve('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    const circle = await serve('HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n');
    const rows: readonly (readonly [string, string, RegExp])[] = [
      ['no url', 'url fail', /not an http or https address/],
      ['http:127.0.0.1/x', 'url fail', /not an http or https address/],
      ['http://h/a\nb', 'url fail', /line break/],
      ['ftp://host/x', 'url fail', /ftp:/],
      ['http://nowhere.test/', 'addresses fail', /nowhere\.test/],
      [`https://127.0.0.1:${expired.port}/`, 'tls fail', /expired/],
      [`http://127.0.0.1:${missing.port}/`, 'answer fail', /404/],
      [`http://127.0.0.1:${circle.port}/a`, 'redirects fail', /circle/],
    ];
    for (const [url, last, text] of rows) {
      const steps = await diagnose(url);
      assert.equal(outcomes(steps).at(-1), last, url);
      assert.match([...steps.values()].at(-1)?.text ?? '', text);
    }
  });

  it('A61 ends at once where it is cancelled while a name is resolved', async () => {
    const cancelling = new AbortController();
    const resolve = (): Promise<never> => {
      setImmediate(() => cancelling.abort());
      return new Promise(() => undefined);
    };
    const steps: string[] = [];
    for await (const { step, outcome } of diagnoseUrl('http://x.test/', networkOptions(), cancelling.signal, resolve)) {
      steps.push(`${step} ${outcome}`);
    }
    assert.equal(steps.at(-1), 'connection fail');
  });

  it('C51 lets no control character of a server through', async () => {
    const server = await serve(`${PART}${BIG}ETag: "\u009b31m"\r\n\r\n`);
    const steps = await diagnose(`http://127.0.0.1:${server.port}/a`);
    assert.match(steps.get('validators')?.text ?? '', /"\?31m"/);
  });
});
