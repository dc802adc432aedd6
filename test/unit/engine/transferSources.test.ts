// What one server said is held against that server alone: mirrors, redirects and credentials, through the whole engine.
import assert from 'node:assert/strict';
import { bodySha256 } from '../../support/body';
import { EngineUnderTest, receivedBytes } from '../../support/engineUnderTest';
import { fromRequest } from '../../support/faults';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const MIB = 1024 * 1024;
const SIZE = 300_000;
const CUT = 100_000;

describe('sources of one file', () => {
  let server: FaultServer;
  let mirror: FaultServer;
  let engine: EngineUnderTest;

  beforeEach(async () => {
    [server, mirror] = await Promise.all([FaultServer.start(), FaultServer.start()]);
    engine = await EngineUnderTest.start();
  });
  afterEach(async () => {
    await engine.dispose();
    await Promise.all([server.close(), mirror.close()]);
  });

  const integrity = (sizeBytes: number) => [{ algorithm: 'sha256' as const, digestHex: bodySha256(1, sizeBytes) }];

  /** The same bytes on both servers, each with an ETag of its own, as mirrors have them. */
  function serveOnBoth(sizeBytes: number): [string, string] {
    return [
      server.serve('/a', { sizeBytes, seed: 1, etag: '"of-the-first"' }),
      mirror.serve('/a', { sizeBytes, seed: 1, etag: '"of-the-mirror"' }),
    ];
  }

  it('A32 goes on at a mirror with an ETag of its own where a hash is given', async () => {
    const urls = serveOnBoth(SIZE);
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } }).fault('/a', fromRequest(1), { status: 503 });
    assert.equal(assertDone(await engine.fetch(urls, { integrity: integrity(SIZE) }), 1, SIZE).fetchedBytes, SIZE);
    assert.equal(mirror.requests[0]?.headers['if-range'], undefined);
  });

  it('A32 goes on at the first server with what a mirror sent in an earlier run', async () => {
    await engine.dispose();
    engine = await EngineUnderTest.start({ config: { retries: 0 } });
    const urls = serveOnBoth(SIZE);
    server.fault('/a', 'all', { status: 503 });
    mirror.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } }).fault('/a', fromRequest(1), { status: 503 });
    assertFailed(await engine.fetch(urls, { integrity: integrity(SIZE) }), 'httpStatus', 'truncated');
    await engine.restart();
    server.clearFaults();
    assert.equal(assertDone(await engine.fetch(urls, { integrity: integrity(SIZE) }), 1, SIZE).resumedBytes, CUT);
  });

  it('A32 takes up at the mirror that alone can prove whose bytes are there', async () => {
    const urls = serveOnBoth(SIZE);
    server.fault('/a', 'all', { status: 404 });
    mirror.fault('/a', 0, { stallAfterBytes: CUT });
    const running = engine.begin(urls);
    await engine.waitUntil(() => receivedBytes(running) >= CUT);
    engine.cancel(running.id);
    assertFailed(await running.outcome, 'cancelled');
    await engine.restart();
    assert.equal(assertDone(await engine.fetch(urls), 1, SIZE).resumedBytes, CUT);
    assert.equal(mirror.requests[1]?.headers['if-range'], '"of-the-mirror"');
  });

  it('A30 never sends a mirror the ETag of another server', async () => {
    const urls = serveOnBoth(48 * MIB);
    server.fault('/a', 'all', { bytesPerSecond: 12 * MIB });
    mirror.fault('/a', 'all', { bytesPerSecond: 24 * MIB });
    assertDone(await engine.fetch(urls, { integrity: integrity(48 * MIB) }), 1, 48 * MIB);
    assert.ok(mirror.requests.length > 1, 'the mirror took part');
    assert.ok(mirror.requests.every(({ headers }) => headers['if-range'] !== '"of-the-first"'));
    assert.ok(mirror.requests.every(({ status }) => status === 206));
  });

  it('A56 does not leave a server for one 503 where no mirror can go on with its bytes', async () => {
    const urls = serveOnBoth(SIZE);
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } }).fault('/a', 1, { status: 503 });
    assert.equal(assertDone(await engine.fetch(urls), 1, SIZE).fetchedBytes, SIZE);
  });

  it('C09 sends the credentials of a URL with every request', async () => {
    const url = server.serve('/a', { sizeBytes: 24 * MIB, seed: 1 }).replace('//', '//user:password@');
    server.fault('/a', 'all', { bytesPerSecond: 8 * MIB });
    server.fault('/a', ({ headers }) => headers.authorization === undefined, { status: 404 });
    assertDone(await engine.fetch(url), 1, 24 * MIB);
    assert.ok(server.requests.length > 1, 'several connections took part');
    assert.ok(server.requests.every(({ status }) => status === 206));
  });

  it('C09 sends them along a redirect that stays with the server, and no further', async () => {
    server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.serve('/b', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 'all', { redirect: { to: '/b' } });
    server.fault('/b', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    server.fault('/b', ({ headers }) => headers.authorization === undefined, { status: 403 });
    assertDone(await engine.fetch(`${server.origin}/a`.replace('//', '//user:password@')), 1, SIZE);
    assert.deepEqual(
      server.requests.map(({ status }) => status),
      [302, 206, 206],
    );
  });

  it('C07 C08 sends headers to no address that a foreign server chose, though it be on the first', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.serve('/chosen', { sizeBytes: SIZE, seed: 1 });
    mirror.serve('/x', { sizeBytes: 1, seed: 1 });
    server.fault('/a', 'all', { redirect: { to: `${mirror.origin}/x` } });
    mirror.fault('/x', 'all', { redirect: { to: `${server.origin}/chosen` } });
    server.fault('/chosen', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    assertDone(await engine.fetch(url, { headers: { 'X-Api-Key': 'k' } }), 1, SIZE);
    assert.deepEqual(
      server.requestsTo('/chosen').map(({ headers }) => headers['x-api-key']),
      [undefined, undefined],
    );
  });

  it('A52 refuses a redirect to another server in the middle of a file, and keeps what there is', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v"' });
    const elsewhere = mirror.serve('/b', { sizeBytes: SIZE, seed: 2, etag: '"v"' });
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    server.fault('/a', fromRequest(1), { redirect: { to: elsewhere } });
    assert.equal(assertFailed(await engine.fetch(url), 'protocolViolation').details.keptBytes, CUT);
    assert.deepEqual(engine.listRoot(), []);
    server.clearFaults();
    assert.equal(assertDone(await engine.fetch(url), 1, SIZE).resumedBytes, CUT);
  });

  it('A51 goes back to the first address where the one behind it redirects elsewhere', async () => {
    server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"v"' });
    mirror.serve('/old', { sizeBytes: SIZE, seed: 1, etag: '"v"' });
    mirror.serve('/new', { sizeBytes: SIZE, seed: 1, etag: '"v"' });
    server.fault('/a', 0, { redirect: { to: `${mirror.origin}/old` } });
    server.fault('/a', fromRequest(1), { redirect: { to: `${mirror.origin}/new` } });
    mirror.fault('/old', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    mirror.fault('/old', fromRequest(1), { redirect: { to: `${server.origin}/login` } });
    assert.equal(assertDone(await engine.fetch(`${server.origin}/a`), 1, SIZE).fetchedBytes, SIZE);
  });
});
