// Group A4 of the cases: redirects, status codes, retries. Through the whole engine.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { FaultServer } from '../../support/faultServer';
import { fromRequest } from '../../support/faults';
import { assertDone, assertFailed } from '../../support/outcome';
import { SignedUrls } from '../../support/signedUrls';

const SIZE = 300_000;
const LARGE = 16 << 20;

describe('redirects, status codes and retries', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let other: FaultServer;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    other = await FaultServer.start();
    engine = await EngineUnderTest.start();
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
    await other.close();
  });

  it('A50 never asks by HEAD', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', ({ method }) => method === 'HEAD', { status: 403 });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.deepEqual(
      server.requests.map(({ method }) => method),
      ['GET'],
    );
  });

  it('A51 resolves the original URL anew where a signed one expires, and goes on', async () => {
    const signed = new SignedUrls(server, other, { sizeBytes: SIZE, seed: 1 });
    other.fault('/blob', 0, { cut: { afterBytes: 100_000, by: 'fin' } });
    const running = engine.begin(signed.url);
    await other.waitUntil(() => (other.requests[0]?.bytesSent ?? 0) >= 100_000);
    signed.expireAll();
    assertDone(await running.outcome, 1, SIZE);
    assert.equal(other.bodyBytesSent - textBytes(other), SIZE, 'no byte twice');
    assert.equal(signed.issuedCount, 2);
  });

  it('A51 survives signed URLs that each serve one request, over several connections', async () => {
    const signed = new SignedUrls(server, other, { sizeBytes: LARGE, seed: 1 }, 1);
    other.fault('/blob', 'all', { bytesPerSecond: 8 << 20 });
    assertDone(await engine.fetch(signed.url), 1, LARGE);
  });

  it('A51 restarts where the new signed URL leads to another object', async () => {
    const signed = new SignedUrls(server, other, { sizeBytes: SIZE, seed: 1, etag: '"v1"' });
    other.fault('/blob', 0, { cut: { afterBytes: 100_000, by: 'fin' } });
    const running = engine.begin(signed.url);
    await other.waitUntil(() => (other.requests[0]?.bytesSent ?? 0) >= 100_000);
    signed.expireAll();
    other.serve('/blob', { sizeBytes: SIZE, seed: 2, etag: '"v2"' });
    assertDone(await running.outcome, 2, SIZE, [1]);
  });

  it('A51 fails at once on 403 without a redirect', async () => {
    server.fault(null, 'all', { status: 403 });
    const { details, message } = assertFailed(await engine.fetch(`${server.origin}/a`), 'httpStatus');
    assert.equal(details.status, 403);
    assert.match(message, /link|login/i);
    assert.equal(server.requests.length, 1);
  });

  it('A52 refuses a redirect to another origin in the middle of a file, and keeps what came', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v1"' });
    const elsewhere = other.serve('/b', { sizeBytes: SIZE, seed: 2, etag: '"v2"' });
    server.fault('/a', 0, { cut: { afterBytes: 100_000, by: 'fin' } });
    server.fault('/a', fromRequest(1), { redirect: { to: elsewhere } });
    const outcome = await engine.fetch(url);
    assert.ok(outcome.type === 'failed', 'the other origin had its way');
    assert.equal(outcome.error.details.keptBytes, 100_000);
    assert.deepEqual(engine.listRoot(), []);
    server.clearFaults();
    assert.equal(assertDone(await engine.fetch(url), 1, SIZE, [2]).resumedBytes, 100_000);
  });

  it('A53 fails typed on a redirect loop, without a file', async () => {
    server.fault(null, 'all', { redirect: { to: '/a' } });
    assertFailed(await engine.fetch(`${server.origin}/a`), 'tooManyRedirects');
    assert.ok(server.requests.length <= 11);
    assert.deepEqual(engine.listRoot(), []);
  });

  for (const hops of [10, 11]) {
    it(`A53 ${hops > 10 ? 'refuses' : 'follows'} a chain of ${hops} redirects`, async () => {
      const url = server.serve('/end', { sizeBytes: SIZE, seed: 1 });
      for (let k = 0; k < hops; k++)
        server.fault(`/${k}`, 'all', { redirect: { to: k === hops - 1 ? url : `/${k + 1}` } });
      const outcome = await engine.fetch(`${server.origin}/0`);
      if (hops > 10) assertFailed(outcome, 'tooManyRedirects');
      else assertDone(outcome, 1, SIZE);
    });
  }

  for (const [what, fault] of [
    ['302 without Location', { status: 302, headers: { Location: null } }],
    ['302 with two Locations', { status: 302, headers: { Location: ['/b', '/c'] } }],
    ['304 unasked', { status: 304, headers: {} }],
    ['300 without Location', { status: 300, headers: {} }],
  ] as const) {
    it(`A53 does not take ${what} for a file`, async () => {
      server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', 'all', { ...fault, body: 'not a file' });
      assertFailed(await engine.fetch(`${server.origin}/a`), 'protocolViolation');
      assert.equal(server.requests.length, 1);
      assert.deepEqual(engine.listRoot(), []);
    });
  }

  for (const status of [429, 503]) {
    for (const [retryAfter, leastMs, mostMs] of [
      ['3', 3000, 3000],
      ['0', 0, 500],
      ['-1', 0, 500],
      ['abc', 0, 500],
      ['Tue, 10 Mar 2020 10:00:00 GMT', 0, 500],
    ] as const) {
      it(`A54 waits ${leastMs} to ${mostMs} ms after ${status} with Retry-After ${retryAfter}`, async () => {
        const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
        server.fault('/a', 0, { status, headers: { 'Retry-After': retryAfter } });
        assertDone(await engine.fetch(url), 1, SIZE);
        const waitedMs = engine.sleepsMs.reduce((sum, ms) => sum + ms, 0);
        assert.ok(waitedMs >= leastMs && waitedMs <= mostMs + 50, `waited ${waitedMs} ms`);
      });
    }
  }

  it('A54 waits until a date in the near future', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const date = new Date(Date.now() + 100_000).toUTCString();
    server.fault('/a', 0, { status: 503, headers: { 'Retry-After': date } });
    assertDone(await engine.fetch(url), 1, SIZE);
    const waitedMs = engine.sleepsMs.reduce((sum, ms) => sum + ms, 0);
    // Less by as long as the request took.
    assert.ok(waitedMs > 60_000 && waitedMs <= 100_000, `waited ${waitedMs} ms`);
  });

  it('A54 ends, saying until when, where the server asks for more patience than there is', async () => {
    server.fault(null, 'all', { status: 429, headers: { 'Retry-After': '999999999' } });
    const { message } = assertFailed(await engine.fetch(`${server.origin}/a`), 'httpStatus');
    assert.match(message, /wait until/);
    assert.deepEqual([server.requests.length, engine.sleepsMs.length], [1, 0]);
  });

  it('A55 follows a redirect that carries Retry-After', async () => {
    const url = server.serve('/b', { sizeBytes: SIZE, seed: 1 });
    server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', { redirect: { to: url }, headers: { 'Retry-After': '1' } });
    assertDone(await engine.fetch(`${server.origin}/a`), 1, SIZE);
  });

  for (const status of [408, 425, 429, 500, 502, 503, 504, 522, 524]) {
    it(`A56 retries after ${status}, and gives up after five retries`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', [0, 1], { status });
      assertDone(await engine.fetch(url), 1, SIZE);
      assert.equal(server.requests.length, 3);
      server.fault('/b', 'all', { status });
      assert.equal(
        assertFailed(await engine.fetch(`${server.origin}/b`, { path: 'b.bin' }), 'httpStatus').details.status,
        status,
      );
      assert.equal(server.requestsTo('/b').length, 6);
    });
  }

  it('A56 backs off longer and longer, with jitter', async () => {
    server.fault(null, 'all', { status: 500 });
    const running = engine.begin(`${server.origin}/a`);
    assertFailed(await running.outcome, 'httpStatus');
    const delaysMs = running.events.flatMap((event) => (event.type === 'retrying' ? [event.delayMs] : []));
    assert.equal(delaysMs.length, 5);
    delaysMs.forEach((delayMs, index) => assert.ok(delayMs <= 500 * 2 ** index, `${delayMs} ms at try ${index + 1}`));
  });

  for (const status of [400, 401, 403, 404, 410, 451, 501, 505, 511]) {
    it(`A57 does not retry after ${status}`, async () => {
      server.fault(null, 'all', { status });
      const { details, message } = assertFailed(await engine.fetch(`${server.origin}/a`), 'httpStatus');
      assert.equal(details.status, status);
      assert.equal(server.requests.length, 1);
      if (status === 401 || status === 403) assert.match(message, /login/i);
    });
  }

  it('A58 refuses a web page in the place of a binary file', async () => {
    server.serve('/a.zip', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a.zip', 'all', {
      ignoresRange: true,
      body: '<html>Log in</html>',
      headers: { 'Content-Type': 'text/html; charset=utf-8' },
    });
    assertFailed(await engine.fetch(`${server.origin}/a.zip`, { path: 'a.zip' }), 'protocolViolation');
    assert.deepEqual(engine.listRoot(), []);
  });

  it('A58 promotes nothing where a page comes in the place of a file with a given hash or size', async () => {
    server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', {
      ignoresRange: true,
      body: '<html>Log in</html>',
      headers: { 'Content-Type': 'text/html' },
    });
    const integrity = [{ algorithm: 'sha256' as const, digestHex: 'a'.repeat(64) }];
    assertFailed(await engine.fetch(`${server.origin}/a`, { integrity }), 'integrityMismatch', 'protocolViolation');
    assertFailed(await engine.fetch(`${server.origin}/a`, { sizeBytes: SIZE }), 'sizeMismatch');
    assert.deepEqual(engine.listRoot(), []);
  });
});

/** Bytes of bodies that are not the object's. */
function textBytes({ requests }: FaultServer): number {
  return requests.reduce((sum, { status, bytesSent }) => sum + (status >= 300 ? bytesSent : 0), 0);
}
