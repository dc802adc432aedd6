import assert from 'node:assert/strict';
import { makeRequest } from '../../../src/assets/request';
import { fetchChecksums } from '../../../src/engine/checksums';
import { systemClock } from '../../../src/engine/clock';
import { bodySha256 } from '../../support/body';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { FaultServer } from '../../support/faultServer';
import { VirtualClock } from '../../support/virtualClock';
import { disposeClients, failsWith, makeClient } from './networkFixture';

const HASH = 'ab'.repeat(32);
const OTHER_HASH = 'cd'.repeat(32);

describe('fetchChecksums', () => {
  let server: FaultServer;

  beforeEach(async () => {
    server = await FaultServer.start();
  });

  afterEach(async () => {
    await disposeClients();
    await server.close();
  });

  const serveText = (path: string, text: string): string => {
    server.fault(path, 'all', { body: text });
    return server.serve(path, { seed: 1, sizeBytes: text.length });
  };
  /** The hashes found for `/v1/model.bin`, saved as `saved.bin`. */
  const find = async (checksumUrl: string, path = '/v1/model.bin', headers = {}): Promise<string[]> => {
    const request = makeRequest({ urls: [server.origin + path], root: '/root', path: 'saved.bin', headers });
    const { signal } = new AbortController();
    const around = { http: makeClient(), clock: systemClock, idleTimeoutMs: 5000 };
    const found = await fetchChecksums(around, request, checksumUrl, 'saved.bin', signal);
    return found.map(({ algorithm, digestHex }) => `${algorithm}:${digestHex}`);
  };
  const askedPaths = (): string[] => server.requests.map(({ path }) => path);

  it('takes URL.sha256 as the sibling, and asks for nothing else', async () => {
    serveText('/v1/model.bin.sha256', `${HASH}\n`);
    serveText('/v1/SHA256SUMS', `${OTHER_HASH}  model.bin\n`);
    assert.deepEqual(await find('sibling'), [`sha256:${HASH}`]);
    assert.deepEqual(askedPaths(), ['/v1/model.bin.sha256']);
  });

  it('takes the line of SHA256SUMS in the same folder where there is no URL.sha256', async () => {
    serveText('/v1/SHA256SUMS', `${OTHER_HASH}  other.bin\n${HASH} *model.bin\n`);
    assert.deepEqual(await find('sibling'), [`sha256:${HASH}`]);
    assert.deepEqual(askedPaths(), ['/v1/model.bin.sha256', '/v1/SHA256SUMS']);
  });

  it('decodes the name in the URL', async () => {
    serveText('/v1/SHA256SUMS', `${HASH}  my model.bin\n`);
    assert.deepEqual(await find('sibling', '/v1/my%20model.bin'), [`sha256:${HASH}`]);
  });

  it('looks for the saved name where the URL has another', async () => {
    const url = serveText('/sums', `${OTHER_HASH}  other.bin\n${HASH}  saved.bin\n`);
    assert.deepEqual(await find(url, '/download?id=1'), [`sha256:${HASH}`]);
  });

  it('goes by the name in the URL before the saved one', async () => {
    const url = serveText('/sums', `${OTHER_HASH}  saved.bin\n${HASH}  model.bin\n`);
    assert.deepEqual(await find(url), [`sha256:${HASH}`]);
  });

  it('passes over SHA256SUMS where URL.sha256 fails for another reason than being absent', async () => {
    server.fault('/v1/model.bin.sha256', 'all', { status: 403 });
    server.serve('/v1/model.bin.sha256', { seed: 1, sizeBytes: 1 });
    serveText('/v1/SHA256SUMS', `${HASH}  model.bin\n`);
    await assert.rejects(find('sibling'), failsWith('httpStatus', /403/));
    assert.equal(server.requests.length, 1);
  });

  it('names both siblings where there is neither, without the query', async () => {
    await assert.rejects(
      find('sibling', '/v1/model.bin?sig=CANARY'),
      (error: Error) =>
        failsWith('httpStatus', /model\.bin\.sha256.* nor .*\/v1\/SHA256SUMS/)(error) && !/CANARY/.test(error.message),
    );
  });

  it('asks for the URL that was given, and for no sibling where it is missing', async () => {
    await assert.rejects(find(`${server.origin}/none`), failsWith('httpStatus', /\/none answered 404/));
    assert.deepEqual(askedPaths(), ['/none']);
  });

  it('sends headers to the file’s own origin alone', async () => {
    const foreign = await FaultServer.start();
    try {
      foreign.fault('/sums', 'all', { body: HASH });
      const url = foreign.serve('/sums', { seed: 1, sizeBytes: 64 });
      await find(url, '/v1/model.bin', { 'X-Token': 'CANARY' });
      assert.equal(foreign.requests[0]?.headers['x-token'], undefined);
      serveText('/sums', HASH);
      await find(`${server.origin}/sums`, '/v1/model.bin', { 'X-Token': 'CANARY' });
      assert.equal(server.requests[0]?.headers['x-token'], 'CANARY');
    } finally {
      await foreign.close();
    }
  });

  it('holds a download against the sibling', async () => {
    const url = server.serve('/v1/model.bin', { seed: 1, sizeBytes: 1000 });
    const engine = await EngineUnderTest.start();
    try {
      serveText('/v1/SHA256SUMS', `${bodySha256(1, 1000)}  model.bin\n`);
      const right = await engine.fetch(url, { checksumUrl: 'sibling' });
      assert.equal(right.type === 'done' && right.result.verifiedBy, 'sha256 (checksum file)');
      serveText('/v1/SHA256SUMS', `${HASH}  model.bin\n`);
      const wrong = await engine.fetch(url, { checksumUrl: 'sibling', path: 'wrong.bin' });
      assert.equal(wrong.type === 'failed' && wrong.error.code, 'integrityMismatch');
      assert.deepEqual(engine.listRoot(), ['out.bin']);
    } finally {
      await engine.dispose();
    }
  });

  it('refuses a file without a line for this one, and one too large to be a checksum file', async () => {
    const url = serveText('/sums', `${OTHER_HASH}  other.bin\n`);
    await assert.rejects(find(url), failsWith('invalidRequest', /no hash for saved\.bin/));
    const large = server.serve('/large', { seed: 1, sizeBytes: 2 * 1024 * 1024 });
    await assert.rejects(find(large), failsWith('tooLarge'));
  });

  for (const [id, how, fault, leastMs, mostMs] of [
    ['A62', 'stalls', { stallAfterBytes: 5 }, 60_000, 119_000],
    ['A63', 'trickles on and on', { trickle: { bytes: 1, everyMs: 5 } }, 120_000, Infinity],
  ] as const) {
    it(`${id} gives up a checksum file that ${how}`, async () => {
      // 200 ms of virtual time in each millisecond: the limits are a minute and two.
      const clock = new VirtualClock();
      const stopClock = clock.runAt(200);
      const engine = await EngineUnderTest.start({ clock, config: { idleTimeoutMs: 60_000, retries: 0 } });
      const url = server.serve('/v1/model.bin', { seed: 1, sizeBytes: 1000 });
      serveText('/v1/model.bin.sha256', HASH);
      server.fault('/v1/model.bin.sha256', 'all', { body: HASH.repeat(100), ...fault });
      try {
        const outcome = await engine.fetch(url, { checksumUrl: 'sibling' });
        assert.equal(outcome.type === 'failed' && outcome.error.code, 'timedOut');
        assert.match(outcome.type === 'failed' ? outcome.error.message : '', /checksum file .*model\.bin\.sha256/);
        assert.ok(clock.nowMs() >= leastMs && clock.nowMs() < mostMs, `${clock.nowMs()}`);
        assert.deepEqual(engine.listRoot(), []);
      } finally {
        await engine.dispose();
        stopClock();
      }
    });
  }

  it('refuses a checksum file that is cut', async () => {
    const url = serveText('/sums', `${HASH}  model.bin\n`);
    server.fault('/sums', 'all', { cut: { afterBytes: 70, by: 'fin' } });
    await assert.rejects(find(url), failsWith('truncated'));
  });
});
