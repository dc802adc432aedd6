// Group A1 of the cases: ranges and resume, through the whole engine.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { bodySha256 } from '../../support/body';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { fromRequest } from '../../support/faults';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const SIZE = 300_000;
const LARGE = 16 << 20;
const sha256 = (seed: number, sizeBytes: number) => [
  { algorithm: 'sha256' as const, digestHex: bodySha256(seed, sizeBytes) },
];

describe('ranges and resume', function () {
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

  async function useRetries(retries: number): Promise<void> {
    await engine.dispose();
    engine = await EngineUnderTest.start({ config: { retries } });
  }

  it('A01 takes a whole body in answer to a resume from byte 0, with no further request', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 100_000, by: 'fin' } }).fault('/a', 1, { ignoresRange: true });
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[1]?.rangeStart, 100_000);
    assert.equal(result.fetchedBytes, SIZE + 100_000);
  });

  it('A02 falls back to one stream where every range is answered with the whole, and remembers the host', async () => {
    const url = server.serve('/a', { sizeBytes: LARGE, seed: 1 });
    server.fault(null, 'all', { ignoresRange: true, bytesPerSecond: 64 << 20 });
    assertDone(await engine.fetch(url, { integrity: sha256(1, LARGE) }), 1, LARGE);
    const { length } = server.requests;
    const again = server.serve('/b', { sizeBytes: LARGE, seed: 2 });
    assertDone(await engine.fetch(again, { path: 'b.bin' }), 2, LARGE);
    assert.equal(server.requests.length, length + 1, 'the second file takes one request');
  });

  for (const [what, fault] of [
    ['the whole', { ignoresRange: true }],
    ['404', { status: 404 }],
    ['a reset', { drop: 'rst' }],
  ] as const) {
    it(`A03 finishes over the connections that work when a later range meets ${what}`, async () => {
      const url = server.serve('/a', { sizeBytes: LARGE, seed: 1 });
      server.fault('/a', 'all', { bytesPerSecond: 8 << 20 }).fault('/a', [1, 2, 3], fault);
      const result = assertDone(await engine.fetch(url), 1, LARGE);
      assert.ok(server.requests.length > 1, 'a second connection was tried');
      assert.ok(result.fetchedBytes < 1.5 * LARGE, `${result.fetchedBytes} bytes for ${LARGE}`);
    });
  }

  for (const [id, contentRange] of [
    ['A04', `bytes 5-${SIZE - 1}/${SIZE}`],
    ['A05', null],
    ['A06', `bytes 0-${SIZE - 1}/${SIZE - 1}`],
    ['A06', `bytes 200-100/${SIZE}`],
  ] as const) {
    it(`${id} refuses a part with Content-Range ${contentRange ?? 'missing'} and asks once without a range`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', ({ rangeStart }) => rangeStart !== null, {
        headers: { 'Content-Range': contentRange },
        shiftBytes: 5,
      });
      assertDone(await engine.fetch(url), 1, SIZE);
      assert.deepEqual(
        server.requests.map(({ rangeStart }) => rangeStart),
        [0, null],
      );
    });
  }

  it('A08 accepts a part of unknown total, on one connection, and learns the end', async () => {
    const url = server.serve('/a', { sizeBytes: LARGE, seed: 1 });
    server.fault('/a', 0, { headers: { 'Content-Range': `bytes 0-${LARGE - 1}/*` }, bytesPerSecond: 64 << 20 });
    const result = assertDone(await engine.fetch(url, { integrity: sha256(1, LARGE) }), 1, LARGE);
    assert.equal(result.connections, 1);
    assert.equal(result.verifiedBy, 'sha256');
  });

  it('A08 does not take a part of unknown total for the whole', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { maxRangeBytes: 70_000, headers: { 'Content-Range': 'bytes 0-69999/*' } });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests[1]?.rangeStart, 70_000);
  });

  it('A09 goes on asking where each answer is shorter than asked', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', { maxRangeBytes: 70_000 });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.deepEqual(
      server.requests.map(({ rangeStart }) => rangeStart),
      [0, 70_000, 140_000, 210_000, 280_000],
    );
    assert.equal(server.bodyBytesSent, SIZE);
  });

  it('A09 A28 joins no parts that nothing proves to be of one version', async () => {
    const url = server.serve('/a', { sizeBytes: 300_000, seed: 1, etag: null, lastModified: null });
    server.fault('/a', 0, { maxRangeBytes: 1000 });
    server.fault('/a', fromRequest(1), { object: { seed: 2 } });
    assertDone(await engine.fetch(url), 2, 300_000);
    assert.deepEqual(
      server.requests.map(({ rangeStart }) => rangeStart),
      [0, null],
    );
  });

  it('A11 refuses a part that was not asked for', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', { status: 206, headers: { 'Content-Range': `bytes 5-${SIZE - 1}/${SIZE}` } });
    assertFailed(await engine.fetch(url), 'protocolViolation');
    assert.deepEqual(engine.listRoot(), []);
  });

  it('A14 takes 416 with the size on disk for completeness, in a later session, and fetches nothing more', async () => {
    await useRetries(0);
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server
      .fault('/a', 0, { headers: { 'Content-Range': `bytes 0-${SIZE - 1}/*` } })
      .fault('/a', [1, 2], { drop: 'rst' });
    const { details } = assertFailed(await engine.fetch(url), 'connectFailed', 'truncated');
    assert.equal(details.keptBytes, SIZE);
    await engine.restart();
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    assert.deepEqual([server.requests.at(-1)?.status, result.fetchedBytes, result.resumedBytes], [416, 0, SIZE]);
  });

  it('A15 restarts once from zero where 416 names another size', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 1000, by: 'fin' } });
    server.fault('/a', 1, { status: 416, headers: { 'Content-Range': 'bytes */77' } });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.deepEqual(
      server.requests.map(({ rangeStart }) => rangeStart ?? 0),
      [0, 1000, 0],
    );
  });

  it('A15 gives up where 416 keeps naming another size', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', ({ rangeStart }) => rangeStart === 0, { cut: { afterBytes: 1000, by: 'fin' } });
    server.fault('/a', ({ rangeStart }) => rangeStart !== 0, {
      status: 416,
      headers: { 'Content-Range': 'bytes */77' },
    });
    assertFailed(await engine.fetch(url), 'objectChanged');
    assert.ok(server.requests.length < 12, `${server.requests.length} requests`);
  });

  it('A16 takes 416 without Content-Range for completeness where the size is known and reached', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { headers: { 'Content-Range': `bytes 0-${SIZE - 1}/*` } });
    server.fault('/a', fromRequest(1), { status: 416, headers: { 'Content-Range': null } });
    assertDone(await engine.fetch(url, { sizeBytes: SIZE }), 1, SIZE);
    assert.equal(server.bodyBytesSent - (server.requests[1]?.bytesSent ?? 0), SIZE);
  });

  it('A16 restarts on 416 without Content-Range where the size is not reached', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 1000, by: 'fin' } });
    server.fault('/a', 1, { status: 416, headers: { 'Content-Range': null } });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests[2]?.rangeStart ?? 0, 0);
  });

  for (const acceptsRanges of [true, false]) {
    it(`A18 fetches an empty file from a server that answers ${acceptsRanges ? '416' : '200'}`, async () => {
      const url = server.serve('/a', { sizeBytes: 0, seed: 1, acceptsRanges });
      const { sha256: found } = assertDone(await engine.fetch(url, { integrity: sha256(1, 0) }), 1, 0);
      assert.equal(found, createHash('sha256').digest('hex'));
    });
  }

  it('A18 refuses an empty file where another hash was given', async () => {
    const url = server.serve('/a', { sizeBytes: 0, seed: 1 });
    assertFailed(await engine.fetch(url, { integrity: sha256(1, 1) }), 'integrityMismatch');
  });

  it('A16 asks without a range where even byte 0 is refused', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const headers = { 'Content-Range': `bytes */${SIZE}` };
    server.fault('/a', (request) => request.headers.range !== undefined, { status: 416, headers, body: '' });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests.length, 2);
  });

  it('A08 does not take more than the part that was announced', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { maxRangeBytes: 100_000, extraBytes: 50_000, framing: 'chunked' });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests[1]?.rangeStart, 100_000);
  });

  it('A17 goes on where the file has grown before its first byte came', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"1"' });
    server.fault('/a', 0, { cut: { afterBytes: 0, by: 'fin' } });
    server.fault('/a', fromRequest(1), { object: { sizeBytes: 2 * SIZE, seed: 2, etag: '"2"' } });
    assertDone(await engine.fetch(url), 2, 2 * SIZE);
  });

  it('A05 A51 asks in another way without counting it as a retry', async () => {
    await useRetries(0);
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', (request) => request.headers.range !== undefined, { headers: { 'Content-Range': null } });
    assertDone(await engine.fetch(url), 1, SIZE);
  });

  it('A19 asks without a range after a cut before the first byte', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 0, by: 'rst' }, delayBodyMs: 5 });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.deepEqual(
      server.requests.map(({ rangeStart }) => rangeStart),
      [0, null],
    );
  });

  it('A19 restarts from zero after a cut where ranges were never announced', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 0, { cut: { afterBytes: 1000, by: 'fin' } });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[1]?.rangeStart ?? 0, 0);
  });

  for (const by of ['fin', 'rst'] as const) {
    it(`A20 gets the same bytes over connections cut by ${by} at several offsets, none of them twice`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      const offsets = [100, 211, 337, 400, 512, 200_000];
      const lengths = offsets.map((offset, i) => offset - (offsets[i - 1] ?? 0));
      lengths.forEach((afterBytes, i) => server.fault('/a', i, { cut: { afterBytes, by }, maxRangeBytes: SIZE }));
      assertDone(await engine.fetch(url), 1, SIZE);
      // A reset may overtake what the kernel still holds: no more than was on its way when it came.
      const mostLostBytes = by === 'fin' ? 0 : lengths.reduce((sum, length) => sum + length);
      const sentBytes = server.bodyBytesSent;
      assert.ok(sentBytes >= SIZE && sentBytes <= SIZE + mostLostBytes, `${sentBytes} bytes were sent`);
    });
  }

  it('A20 survives a cut at every byte of a small body', async () => {
    for (let offset = 1; offset < 64; offset++) {
      const url = server.serve(`/${offset}`, { sizeBytes: 64, seed: offset });
      server.fault(`/${offset}`, 0, { cut: { afterBytes: offset, by: 'fin' } });
      assertDone(await engine.fetch(url, { path: `${offset}.bin` }), offset, 64);
      assert.equal(server.requestsTo(`/${offset}`)[1]?.rangeStart, offset);
    }
  });

  it('A21 counts only tries without progress', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', ({ pathIndex }) => pathIndex < 20, { cut: { afterBytes: 10_000, by: 'fin' } });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests.length, 21);
  });

  it('A21 takes bytes that are fetched again for no progress', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { cut: { afterBytes: 100_000, by: 'fin' } });
    assertFailed(await engine.fetch(url), 'truncated');
    assert.equal(server.requests.length, 6);
  });

  it('A21 gives up after five retries that brought nothing, with the bytes kept', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 10_000, by: 'fin' } }).fault('/a', fromRequest(1), { drop: 'rst' });
    const { details } = assertFailed(await engine.fetch(url), 'connectFailed', 'truncated');
    assert.equal(details.keptBytes, 10_000);
    assert.ok(server.requests.length <= 8, `${server.requests.length} requests`);
  });

  it('A21 ends a transfer that creeps for longer than a day', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', { cut: { afterBytes: 100, by: 'fin' }, headGate: Promise.resolve() });
    const running = engine.begin(url);
    await server.waitUntil(() => server.requests.length > 3);
    engine.virtualClock.jump(25 * 3_600_000);
    assertFailed(await running.outcome, 'truncated', 'timedOut');
  });
});
