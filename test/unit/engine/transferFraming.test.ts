// Group A3 of the cases: where does a body end, and is it all? Through the whole engine.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { assertBody, bodyBytes, bodySha256 } from '../../support/body';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const SIZE = 300_000;
const sha256 = (seed: number, sizeBytes: number) => [
  { algorithm: 'sha256' as const, digestHex: bodySha256(seed, sizeBytes) },
];
const hashOf = (bytes: Buffer) => [
  { algorithm: 'sha256' as const, digestHex: createHash('sha256').update(bytes).digest('hex') },
];

describe('framing and body length', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    engine = await EngineUnderTest.start({ config: { retries: 0 } });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  function assertNothingSaved(): void {
    assert.deepEqual(engine.listRoot(), []);
  }

  for (const by of ['fin', 'rst'] as const) {
    for (const connection of ['keep-alive', 'close']) {
      it(`A34 calls a body cut at half by ${by} on a connection said to ${connection} truncated and keeps it`, async () => {
        const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
        server.fault('/a', 'all', { cut: { afterBytes: SIZE / 2, by }, headers: { Connection: connection } });
        const { details } = assertFailed(await engine.fetch(url), 'truncated', 'connectFailed');
        // A reset may overtake bytes that the kernel still holds.
        if (by === 'fin') assert.equal(details.keptBytes, SIZE / 2);
        assertNothingSaved();
      });
    }

    it(`A36 never takes a chunked body without its last chunk for complete (${by})`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
      server.fault('/a', 'all', { framing: 'chunked', cut: { afterBytes: SIZE, by } });
      assertFailed(await engine.fetch(url), 'truncated', 'connectFailed', 'protocolViolation');
      assertNothingSaved();
    });

    it(`A38 labels a body that only the connection's end (${by}) delimits as unverified, if it takes it at all`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
      server.fault('/a', 'all', { framing: 'close', cut: { afterBytes: SIZE, by } });
      const outcome = await engine.fetch(url);
      if (by === 'fin') assertDone(outcome, 1, SIZE);
      // A reset may overtake bytes that the kernel still holds: less than all may come.
      if (outcome.type === 'failed') return assertNothingSaved();
      assertBody(outcome.bytes, 1);
      assert.equal(outcome.result.verifiedBy, 'none');
    });
  }

  it('A38 proves a body without length by a given hash', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'close' });
    assert.equal(assertDone(await engine.fetch(url, { integrity: sha256(1, SIZE) }), 1, SIZE).verifiedBy, 'sha256');
  });

  it('A38 calls a body without length truncated where it ends before the expected size', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'close', cut: { afterBytes: 1000, by: 'fin' } });
    assertFailed(await engine.fetch(url, { sizeBytes: SIZE }), 'truncated');
    assertNothingSaved();
  });

  it('A37 retries after a bad chunk header', async () => {
    await engine.dispose();
    engine = await EngineUnderTest.start();
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 0, { framing: 'badChunk' });
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(server.requests.length, 2);
  });

  it('A37 fails as a breach of protocol where every chunk header is bad', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'badChunk' });
    assertFailed(await engine.fetch(url), 'protocolViolation', 'truncated');
    assertNothingSaved();
  });

  it('A39 streams a large body of unknown length over one connection, with null for its total', async () => {
    const size = 12 << 20;
    const url = server.serve('/a', { sizeBytes: size, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'close', bytesPerSecond: 24 << 20 });
    const running = engine.begin(url);
    assert.equal(assertDone(await running.outcome, 1, size).connections, 1);
    const early = running.events.filter((event) => event.type === 'progress' && event.receivedBytes < size);
    assert.ok(early.length > 0);
    assert.ok(
      early.every(
        (event) => event.type === 'progress' && event.totalBytes === null && Number.isFinite(event.bytesPerSecond),
      ),
    );
  });

  it('A39 stops a body of unknown length at the limit', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'close' });
    assertFailed(await engine.fetch(url, { maxSizeBytes: SIZE - 1 }), 'tooLarge');
    assertNothingSaved();
  });

  it('A40 refuses a length that is not the expected one before it writes', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const { details } = assertFailed(await engine.fetch(url, { sizeBytes: SIZE + 1 }), 'sizeMismatch');
    assert.deepEqual([details.expected, details.actual], [`${SIZE + 1}`, `${SIZE}`]);
    assertNothingSaved();
    assert.deepEqual(engine.listState(), []);
  });

  for (const length of ['abc', '-6', '12abc', ['300000', '300001'], '']) {
    it(`A41 refuses Content-Length ${JSON.stringify(length)}`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
      server.fault('/a', 'all', { headers: { 'Content-Length': length } });
      assertFailed(await engine.fetch(url), 'protocolViolation');
      assertNothingSaved();
    });
  }

  it('A42 refuses a Content-Length beyond every number, at the head', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { headers: { 'Content-Length': '99999999999999999999' } });
    for (const maxSizeBytes of [null, 1_000_000]) {
      assertFailed(await engine.fetch(url, { maxSizeBytes }), 'protocolViolation');
      assertNothingSaved();
      assert.deepEqual(engine.listState(), []);
    }
  });

  it('A43 refuses Transfer-Encoding beside Content-Length and leaves that connection', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 0, { framing: 'chunked', headers: { 'Content-Length': `${SIZE}` } });
    assertFailed(await engine.fetch(url), 'protocolViolation');
    assertDone(await engine.fetch(url), 1, SIZE);
    assert.notEqual(server.requests[0]?.connectionId, server.requests[1]?.connectionId);
  });

  it('A44 refuses a compressed body that was not asked for', async () => {
    server.serve('/a.bin', { sizeBytes: SIZE, seed: 1 });
    const body = gzipSync(bodyBytes(1, 0, SIZE));
    server.fault(null, 'all', { body, status: 200, headers: { 'Content-Encoding': 'gzip' } });
    assertFailed(await engine.fetch(`${server.origin}/a.bin`), 'protocolViolation');
    assert.equal(server.requests[0]?.headers['accept-encoding'], 'identity');
    assertNothingSaved();
  });

  it('A44 hashes a compressed body as sent, never decoded', async () => {
    server.serve('/a.bin', { sizeBytes: SIZE, seed: 1 });
    const body = gzipSync(bodyBytes(1, 0, SIZE));
    server.fault(null, 'all', { body, status: 200, headers: { 'Content-Encoding': 'gzip' } });
    const outcome = await engine.fetch(`${server.origin}/a.bin`, { integrity: hashOf(body) });
    assert.ok(outcome.type === 'done' && outcome.bytes.equals(body));
    const decoded = await engine.fetch(`${server.origin}/a.bin`, { path: 'b.bin', integrity: sha256(1, SIZE) });
    assertFailed(decoded, 'integrityMismatch', 'protocolViolation');
  });

  it('A46 never takes a truncated compressed body for the file', async () => {
    server.serve('/a.gz', { sizeBytes: SIZE, seed: 1 });
    const body = gzipSync(bodyBytes(1, 0, SIZE));
    const fault = { body, status: 200, headers: { 'Content-Encoding': 'gzip' } };
    server.fault(null, 'all', { ...fault, cut: { afterBytes: 1000, by: 'fin' } });
    assertFailed(
      await engine.fetch(`${server.origin}/a.gz`, { integrity: hashOf(body) }),
      'truncated',
      'protocolViolation',
    );
    assertNothingSaved();
  });

  for (const framing of ['close', 'chunked'] as const) {
    it(`A48 stops an endless body (${framing}) at the limit and removes what came`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
      server.fault('/a', 'all', { framing, isEndless: true });
      assertFailed(await engine.fetch(url, { maxSizeBytes: 5_000_000 }), 'tooLarge');
      assertNothingSaved();
      assert.deepEqual(engine.listState(), []);
    });
  }

  it('A48 stops an endless body at the size that a manifest gives', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'close', isEndless: true });
    const wanted = { sizeBytes: SIZE, maxSizeBytes: 1_000_000_000 };
    assertFailed(await engine.fetch(url, wanted), 'sizeMismatch');
    assertNothingSaved();
    assert.ok(server.bodyBytesSent < 32e6, `${server.bodyBytesSent} bytes were taken`);
  });

  for (const status of [204, 205]) {
    it(`A49 does not take ${status} for a file`, async () => {
      const url = server.serve('/a', { sizeBytes: 0, seed: 1 });
      server.fault('/a', 'all', {
        status,
        ignoresRange: true,
        headers: { 'Content-Length': status === 204 ? null : '0' },
      });
      assertFailed(await engine.fetch(url), 'protocolViolation');
      assertNothingSaved();
    });
  }

  it('A49 does not take an empty 200 for a file of known size', async () => {
    const url = server.serve('/a', { sizeBytes: 0, seed: 1, acceptsRanges: false });
    assertFailed(await engine.fetch(url, { sizeBytes: SIZE }), 'sizeMismatch', 'protocolViolation');
    assertNothingSaved();
  });

  it('A49 refuses a 204 with a body', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { status: 204 });
    assertFailed(await engine.fetch(url), 'protocolViolation');
    assertNothingSaved();
  });
});
