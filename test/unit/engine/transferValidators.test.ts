// Group A2 of the cases: is it still the same object? Through the whole engine.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bodySha256, findOrigin } from '../../support/body';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { fromRequest } from '../../support/faults';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const SIZE = 300_000;
const LARGE = 16 << 20;
const CUT = 100_000;
const sha256 = (seed: number, sizeBytes: number) => [
  { algorithm: 'sha256' as const, digestHex: bodySha256(seed, sizeBytes) },
];
const dateBefore = (seconds: number): string => new Date(Date.parse(RESPONSE_DATE) - seconds * 1000).toUTCString();
const RESPONSE_DATE = 'Tue, 10 Mar 2026 10:00:00 GMT';

describe('validators', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let mirror: FaultServer;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    mirror = await FaultServer.start();
    engine = await EngineUnderTest.start({ config: { retries: 0 } });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
    await mirror.close();
  });

  /** A first session that ends after CUT bytes; the next one starts with a new engine on the same folders. */
  async function runFirstSession(url: string, wanted: Parameters<EngineUnderTest['fetch']>[1] = {}): Promise<number> {
    const { details } = assertFailed(await engine.fetch(url, wanted), 'truncated', 'connectFailed');
    await engine.restart();
    return details.keptBytes ?? -1;
  }

  it('A23 resumes in a later session under a strong ETag, and fetches only the rest', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v1"' });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    assert.equal(await runFirstSession(url), CUT);
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    const [, second] = server.requests;
    assert.deepEqual([second?.headers['if-range'], second?.rangeStart], ['"v1"', CUT]);
    assert.deepEqual([result.resumedBytes, result.fetchedBytes], [CUT, SIZE - CUT]);
  });

  it('A24 starts over from byte 0 where the ETag changed between sessions and the server says so by 200', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v1"' });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    await runFirstSession(url);
    server.serve('/a', { sizeBytes: SIZE, seed: 2, etag: '"v2"' });
    const result = assertDone(await engine.fetch(url), 2, SIZE, [1]);
    assert.deepEqual([server.requests.length, result.resumedBytes], [2, 0]);
  });

  it('A24 refuses a part with another ETag and starts over', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v1"' });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    await runFirstSession(url);
    server.serve('/a', { sizeBytes: SIZE, seed: 2, etag: '"v2"' });
    server.fault('/a', 'all', { ignoresConditions: true });
    assertDone(await engine.fetch(url), 2, SIZE, [1]);
  });

  it('A24 refuses a part without an ETag where the rest has a strong one', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v1"' });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    await runFirstSession(url);
    server.serve('/a', { sizeBytes: SIZE, seed: 2, etag: null });
    server.fault('/a', 'all', { ignoresConditions: true });
    assertDone(await engine.fetch(url), 2, SIZE, [1]);
  });

  for (const ignoresConditions of [false, true]) {
    it(`A25 starts over on one connection where the object changes between segments (${ignoresConditions ? '206' : '200'})`, async () => {
      const url = server.serve('/a', { sizeBytes: LARGE, seed: 1, etag: '"v1"' });
      const changed = { seed: 2, etag: '"v2"' };
      server.fault('/a', 'all', { bytesPerSecond: 8 << 20, ignoresConditions });
      server.fault('/a', fromRequest(1), { object: changed });
      assertDone(await engine.fetch(url), 2, LARGE, [1]);
      const last = server.requests.at(-1);
      assert.equal(last?.bytesSent, LARGE, 'the new object comes in one piece');
    });
  }

  it('A25 ends with objectChanged where the object changes at every request', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    for (let k = 0; k < 40; k++) {
      server.fault('/a', k, {
        object: { seed: k + 1, etag: `"v${k}"` },
        ignoresConditions: true,
        cut: { afterBytes: 1000, by: 'fin' },
      });
    }
    assertFailed(await engine.fetch(url), 'objectChanged', 'truncated');
    assert.deepEqual(engine.listRoot(), []);
  });

  it('A26 never sends a weak ETag as If-Range and restarts from zero', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: 'W/"v1"' });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    assert.equal(await runFirstSession(url), 0);
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.deepEqual(
      server.requests.map(({ headers, rangeStart }) => [headers['if-range'], rangeStart ?? 0]),
      [
        [undefined, 0],
        [undefined, 0],
      ],
    );
  });

  it('A26 takes one connection under a weak ETag, several where a hash is given', async () => {
    const url = server.serve('/a', { sizeBytes: LARGE, seed: 1, etag: 'W/"v1"' });
    server.fault('/a', 'all', { bytesPerSecond: 8 << 20 });
    assert.equal(assertDone(await engine.fetch(url), 1, LARGE).connections, 1);
    const result = assertDone(await engine.fetch(url, { path: 'b.bin', integrity: sha256(1, LARGE) }), 1, LARGE);
    assert.ok(result.connections > 1);
  });

  for (const [seconds, isStrong] of [
    [0, false],
    [1, true],
    [59, true],
    [60, true],
  ] as const) {
    it(`A27 takes a Last-Modified of ${seconds} s before Date for ${isStrong ? 'strong' : 'weak'}`, async () => {
      const lastModified = dateBefore(seconds);
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: null, lastModified });
      server.fault('/a', 'all', { headers: { Date: RESPONSE_DATE } });
      server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
      await runFirstSession(url);
      assertDone(await engine.fetch(url), 1, SIZE);
      const [, second] = server.requests;
      assert.deepEqual(
        [second?.headers['if-range'], second?.rangeStart ?? 0],
        isStrong ? [lastModified, CUT] : [undefined, 0],
      );
    });
  }

  it('A28 does not resume without a validator: changed content is fetched anew', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: null });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    assert.equal(await runFirstSession(url), 0);
    server.serve('/a', { sizeBytes: SIZE, seed: 2, etag: null });
    assertDone(await engine.fetch(url), 2, SIZE, [1]);
    assert.equal(server.requests[1]?.rangeStart ?? 0, 0);
  });

  it('A28 resumes without a validator under a given hash, and fetches all anew where that does not hold', async () => {
    const integrity = sha256(2, SIZE);
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: null });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    assert.equal(await runFirstSession(url, { integrity }), CUT);
    server.serve('/a', { sizeBytes: SIZE, seed: 2, etag: null });
    assertDone(await engine.fetch(url, { integrity }), 2, SIZE, [1]);
    assert.deepEqual(
      server.requests.map(({ rangeStart }) => rangeStart),
      [0, CUT, null],
    );
  });

  it('A30 ends well where each answer has an ETag of its own and a hash is given', async () => {
    await engine.dispose();
    engine = await EngineUnderTest.start();
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    for (let k = 0; k < 20; k++) server.fault('/a', k, { object: { etag: `"backend-${k}"` } });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    assertDone(await engine.fetch(url, { integrity: sha256(1, SIZE) }), 1, SIZE);
  });

  for (const sizeBytes of [SIZE, LARGE]) {
    for (const ignoresConditions of [false, true]) {
      const how = `${sizeBytes} bytes, If-Range ${ignoresConditions ? 'ignored' : 'heeded'}`;

      it(`A30 mixes no two backends that differ in ETag and bytes where no hash is given (${how})`, async () => {
        await engine.dispose();
        engine = await EngineUnderTest.start();
        const url = server.serve('/a', { sizeBytes, seed: 1 });
        server.fault('/a', 'all', { ignoresConditions, bytesPerSecond: 16 << 20 });
        const seeds = Array.from({ length: 60 }, (_, k) => k + 1);
        for (const seed of seeds) server.fault('/a', seed - 1, { object: { seed, etag: `"backend-${seed}"` } });
        server.fault('/a', 0, { cut: { afterBytes: sizeBytes / 3, by: 'fin' } });
        const outcome = await engine.fetch(url);
        if (outcome.type === 'failed') assertFailed(outcome, 'objectChanged');
        else assertDone(outcome, findOrigin(outcome.bytes, seeds)?.seed ?? 0, sizeBytes, seeds);
      });
    }
  }

  it('A30 keeps several connections where backends differ in ETags, share the date, and a hash is given', async () => {
    const lastModified = 'Tue, 10 Mar 2020 10:00:00 GMT';
    const url = server.serve('/a', { sizeBytes: LARGE, seed: 1, lastModified });
    server.fault('/a', 'all', { bytesPerSecond: 8 << 20, ignoresConditions: true });
    for (let k = 0; k < 40; k++) server.fault('/a', k, { object: { etag: `"backend-${k % 3}"` } });
    const result = assertDone(await engine.fetch(url, { integrity: sha256(1, LARGE) }), 1, LARGE);
    assert.ok(result.connections > 1);
  });

  for (const order of ['good, bad', 'bad, good']) {
    it(`A31 ends with the right bytes where one of two mirrors has others of the same size (${order})`, async function () {
      // Twice the whole file, at the pace of a slow server.
      this.timeout(60_000);
      const good = server.serve('/a', { sizeBytes: LARGE, seed: 1 });
      const bad = mirror.serve('/a', { sizeBytes: LARGE, seed: 2 });
      for (const one of [server, mirror]) one.fault('/a', 'all', { bytesPerSecond: 8 << 20 });
      const urls = order === 'good, bad' ? [good, bad] : [bad, good];
      assertDone(await engine.fetch(urls, { integrity: sha256(1, LARGE) }), 1, LARGE, [2]);
    });
  }

  for (const [what, fault] of [
    ['is dead', { drop: 'rst' }],
    ['answers 404', { status: 404 }],
    ['is cut in the body', { cut: { afterBytes: CUT, by: 'rst' } }],
    ['stalls in the body', { stallAfterBytes: CUT }],
  ] as const) {
    it(`A32 succeeds from the second mirror where the first ${what}`, async () => {
      await engine.dispose();
      engine = await EngineUnderTest.start({ config: { retries: 0, idleTimeoutMs: 10_000 } });
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', 'all', fault);
      assertDone(await engine.fetch([url, mirror.serve('/a', { sizeBytes: SIZE, seed: 1 })]), 1, SIZE);
    });
  }

  it('A32 tells the errors of the other mirrors where all fail', async () => {
    server.fault(null, 'all', { status: 404 });
    mirror.fault(null, 'all', { status: 410 });
    const error = assertFailed(await engine.fetch([`${server.origin}/a`, `${mirror.origin}/a`]), 'httpStatus');
    const said = [error.message, ...(error.details.suppressed ?? [])].join('\n');
    assert.match(said, /404/);
    assert.match(said, /410/);
  });

  it('A33 shows both hashes and does not fetch more than twice where the bytes are not those of the hash', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 2 });
    const error = assertFailed(await engine.fetch(url, { integrity: sha256(1, SIZE) }), 'integrityMismatch');
    assert.equal(error.details.expected, `sha256:${bodySha256(1, SIZE)}`);
    assert.equal(error.details.actual, `sha256:${bodySha256(2, SIZE)}`);
    assert.ok(server.requests.length <= 2);
    assert.deepEqual(engine.listRoot(), []);
  });
});
