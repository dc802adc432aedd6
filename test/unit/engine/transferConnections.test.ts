// Group A5 of the cases: connections that stall, crawl, are refused or cut. Through the whole engine.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bodySha256 } from '../../support/body';
import type { Clock } from '../../../src/engine/clock';
import { VirtualClock } from '../../support/virtualClock';
import { EngineUnderTest, type EngineChoices } from '../../support/engineUnderTest';
import { FaultServer, type FaultServerOptions } from '../../support/faultServer';
import { readTestCa } from '../../support/certificates';
import { assertDone, assertFailed } from '../../support/outcome';

const SIZE = 300_000;
const LARGE = 16 << 20;

describe('connections', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    engine = await EngineUnderTest.start();
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  async function useServer(options: FaultServerOptions): Promise<void> {
    await server.close();
    server = await FaultServer.start(options);
  }

  async function useEngine(config: EngineChoices['config'], clock?: Clock): Promise<void> {
    await engine.dispose();
    engine = await EngineUnderTest.start({ config: { ...config }, ...(clock === undefined ? {} : { clock }) });
  }

  it('A61 never asks again on a connection whose response it broke off', async () => {
    const url = server.serve('/a', { sizeBytes: LARGE, seed: 1 });
    server.fault('/a', 'all', { bytesPerSecond: 8 << 20 });
    assertDone(await engine.fetch(url), 1, LARGE);
    await server.waitUntil(() => server.requests.every(({ isFinished }) => isFinished));
    for (const broken of server.requests.filter(({ isAborted }) => isAborted)) {
      const later = server.requests.filter(
        ({ connectionId, index }) => connectionId === broken.connectionId && index > broken.index,
      );
      assert.deepEqual(later, []);
    }
  });

  it('A62 notices a stall after the idle timeout and resumes', async () => {
    await useEngine({ idleTimeoutMs: 10_000 });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { stallAfterBytes: 100_000 });
    const startMs = engine.clock.nowMs();
    const running = engine.begin(url);
    await server.waitUntil(() => server.requests.length === 2);
    const waitedMs = engine.clock.nowMs() - startMs - engine.sleepsMs.reduce((sum, ms) => sum + ms, 0);
    assertDone(await running.outcome, 1, SIZE);
    assert.ok(waitedMs >= 10_000 && waitedMs < 20_000, `${waitedMs} ms`);
    assert.equal(server.requests[1]?.rangeStart, 100_000);
    const retry = running.events.find((event) => event.type === 'retrying');
    assert.equal(retry?.error.code, 'timedOut');
  });

  it('A63 ends a trickle that keeps every idle timer content', async () => {
    await useEngine({ idleTimeoutMs: 5_000 });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { trickle: { bytes: 1, everyMs: 50 } });
    const startMs = engine.clock.nowMs();
    const running = engine.begin(url);
    await engine.waitUntil(() => running.events.some(({ type }) => type === 'retrying'));
    const waitedMs = engine.clock.nowMs() - startMs;
    assertDone(await running.outcome, 1, SIZE);
    const [retry, ...more] = running.events.filter((event) => event.type === 'retrying');
    assert.equal(retry?.error.code, 'timedOut');
    assert.deepEqual([more, server.requests.length], [[], 2]);
    assert.ok(waitedMs >= 5_000 && waitedMs < 15_000, `${waitedMs} ms`);
  });

  it('A64 gives up on a head that does not come and asks again', async () => {
    await useEngine({ headersTimeoutMs: 200 });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { headGate: new Promise<void>(() => undefined) });
    const running = engine.begin(url);
    assertDone(await running.outcome, 1, SIZE);
    const retry = running.events.find((event) => event.type === 'retrying');
    assert.equal(retry?.error.code, 'timedOut');
  });

  for (const above of [429, 503, 'rst'] as const) {
    for (const count of [1, 2]) {
      it(`A65 makes do with ${count} where the server answers ${above} to more connections, and remembers it`, async () => {
        await useServer({ connectionLimit: { count, above } });
        // Waits are part of the matter: the server needs a moment to see that a connection is gone.
        const clock = new VirtualClock('hold');
        await useEngine({}, clock);
        const stopClock = clock.runAt(10);
        try {
          const url = server.serve('/a', { sizeBytes: LARGE, seed: 1 });
          server.fault(null, 'all', { bytesPerSecond: 24 << 20 });
          assertDone(await engine.fetch(url), 1, LARGE);
          const asked = server.requests.length;
          assert.ok(asked < 150, `${asked} requests: a tight loop`);
          const again = server.serve('/b', { sizeBytes: LARGE, seed: 2 });
          assertDone(await engine.fetch(again, { path: 'b.bin' }), 2, LARGE);
          const refused = server.requestsTo('/b').filter(({ status }) => status !== 206 && status !== 200).length;
          assert.ok(refused <= 4, `${refused} refusals the second time, ${asked} requests the first`);
        } finally {
          stopClock();
        }
      });
    }
  }

  it('A65 fails, bytes kept, where even one connection is too many', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', { status: 429 }).fault('/a', 0, { status: 206, cut: { afterBytes: 100_000, by: 'fin' } });
    const { details } = assertFailed(await engine.fetch(url), 'httpStatus');
    assert.deepEqual([details.status, details.keptBytes], [429, 100_000]);
    assert.equal(server.requests.length, 6);
    server.clearFaults();
    assert.equal(assertDone(await engine.fetch(url), 1, SIZE).resumedBytes, 100_000);
  });

  it('A67 resumes through the proxy where that one is cut in the body', async () => {
    // A fault server takes absolute-form requests as well: it stands in for the proxy and for what is behind it.
    await useEngine({
      proxy: { url: server.origin, authorization: null, noProxy: [], useEnvironment: false, strictSsl: true },
    });
    server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 100_000, by: 'fin' } });
    assertDone(await engine.fetch('http://files.test/a'), 1, SIZE);
    assert.equal(server.requests[1]?.rangeStart, 100_000);
    assert.ok(server.requests.every(({ url }) => url === 'http://files.test/a'));
  });

  for (const [scheme, status] of [
    ['http', 407],
    ['https', 407],
    ['https', 502],
  ] as const) {
    it(`A67 tells a proxy's ${status} from an answer of the server (${scheme})`, async () => {
      await useEngine({
        retries: 0,
        proxy: { url: server.origin, authorization: null, noProxy: [], useEnvironment: false, strictSsl: true },
      });
      server.fault(null, 'all', { status });
      const { message, details } = assertFailed(await engine.fetch(`${scheme}://files.test/a`), 'connectFailed');
      assert.ok(message.includes(`The proxy ${server.origin}`), message);
      assert.equal(details.status, status);
      assert.equal(server.requests[0]?.method, scheme === 'https' ? 'CONNECT' : 'GET');
    });
  }

  it('A68 fetches once more, without ranges and caches, where the hash does not match, then shows both and keeps nothing', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const integrity = [{ algorithm: 'sha256' as const, digestHex: bodySha256(2, SIZE) }];
    const { details } = assertFailed(await engine.fetch(url, { integrity }), 'integrityMismatch');
    assert.match(details.actual ?? '', new RegExp(bodySha256(1, SIZE)));
    const [, second, ...more] = server.requests;
    assert.deepEqual([second?.rangeStart, second?.headers['cache-control'], more.length], [null, 'no-cache', 0]);
    assert.deepEqual([engine.listRoot(), engine.listState(), details.keptBytes], [[], [], 0]);
    const logged = engine.messages.flatMap((message) => (message.type === 'log' ? [message.text] : []));
    assert.deepEqual(logged, ['The hash of out.bin does not match; fetching the file once more, past caches.']);
  });

  it('A68 succeeds where the second, fresh transfer brings the right bytes', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { object: { seed: 9 } });
    const integrity = [{ algorithm: 'sha256' as const, digestHex: bodySha256(1, SIZE) }];
    assertDone(await engine.fetch(url, { integrity }), 1, SIZE, [9]);
  });

  it('A69 does not try again where the certificate is not trusted', async () => {
    await useServer({ certificate: 'loopback' });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    assertFailed(await engine.fetch(url), 'tlsFailed');
    assert.deepEqual([server.requests.length, engine.sleepsMs.length], [0, 0]);
  });

  for (const certificate of ['expired', 'otherHost'] as const) {
    it(`A69 refuses a certificate that is ${certificate}, though its issuer is trusted`, async () => {
      await useServer({ certificate });
      await useEngine({ extraCertificates: [readTestCa()] });
      assertFailed(await engine.fetch(server.serve('/a', { sizeBytes: SIZE, seed: 1 })), 'tlsFailed');
      assert.equal(server.requests.length, 0);
    });
  }

  it('A69 trusts an extra certificate', async () => {
    await useServer({ certificate: 'loopback' });
    await useEngine({ extraCertificates: [readTestCa()] });
    assertDone(await engine.fetch(server.serve('/a', { sizeBytes: SIZE, seed: 1 })), 1, SIZE);
  });

  it('A69 asks a few times for an unknown host, then says so', async function () {
    // The system's resolver, which may take its time to find no network.
    this.timeout(120_000);
    const running = engine.begin('http://no-such-host.invalid/a');
    assertFailed(await running.outcome, 'nameUnresolved');
    assert.equal(running.events.filter(({ type }) => type === 'retrying').length, 5);
  });
});
