// Part file and journal say the same at every instant: before a resume's first byte, amid a restart, beside strangers' bytes.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { FetchErrorCode } from '../../../src/assets/fetchError';
import { parseIntegrity } from '../../../src/assets/integrity';
import { makeRequest } from '../../../src/assets/request';
import { countBytes, type RangeSet } from '../../../src/engine/byteRanges';
import { inspectJournal } from '../../../src/engine/journal';
import { parseJournal } from '../../../src/engine/journalFile';
import { transferFolder, transferKey, type TransferFolder } from '../../../src/engine/transferFolder';
import { bodySha256 } from '../../support/body';
import { EngineUnderTest, receivedBytes } from '../../support/engineUnderTest';
import { FaultFs } from '../../support/faultFs';
import { fromRequest } from '../../support/faults';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';
import { afterReboot, makeDisk } from '../../support/testDisk';

const MIB = 1 << 20;
const SIZE = 4 * MIB;

describe('part file and journal of a transfer', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let faultFs: FaultFs;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    faultFs = new FaultFs();
    engine = await EngineUnderTest.start({
      config: { retries: 3, idleTimeoutMs: 500_000 },
      disk: { fileSystem: faultFs.fileSystem },
    });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  function folderOf(url: string): TransferFolder {
    const key = transferKey(makeRequest({ urls: [url], root: engine.root, path: 'out.bin' }));
    return transferFolder(engine.stateDir, key);
  }

  /** The ranges that would count if the power failed now. */
  async function keptAfterPowerCut(folder: TransferFolder): Promise<RangeSet> {
    const disk = makeDisk();
    const journal = await inspectJournal(makeDisk({ processes: afterReboot(disk) }), folder);
    return journal.type === 'found' ? journal.kept : [];
  }

  for (const integrity of [[], parseIntegrity(bodySha256(1, SIZE))]) {
    const how = integrity.length > 0 ? 'with a given hash' : 'without a hash';

    it(`C40 I1 publishes no byte that somebody put behind the end of the part file (${how})`, async () => {
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', 'all', { bytesPerSecond: 4 * MIB });
      const run = engine.begin(url, { integrity });
      await engine.waitUntil(() => receivedBytes(run) > MIB);
      const { part } = folderOf(url);
      const file = openSync(part, 'r+');
      writeSync(file, Buffer.alloc(SIZE, 7), 0, SIZE, SIZE);
      closeSync(file);
      assertDone(await run.outcome, 1, SIZE);
    });

    it(`I1 B20 makes a new part file where one without a journal appears before the first response (${how})`, async () => {
      let open = (): void => undefined;
      const headGate = new Promise<void>((resolve) => (open = resolve));
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', 'all', { headGate });
      const run = engine.begin(url, { integrity });
      await server.waitUntil(() => server.requests.length > 0);
      const folder = folderOf(url);
      mkdirSync(folder.dir, { recursive: true });
      writeFileSync(folder.part, Buffer.alloc(SIZE + MIB, 9));
      open();
      assertDone(await run.outcome, 1, SIZE);
    });
  }

  it('C40 keeps the bytes where the part file grows while it is verified, and takes them the next time', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    faultFs.before('handle.datasync', (path) => appendFileSync(path, 'more'), '/part');
    const error = assertFailed(await engine.fetch(url), 'localIo');
    assert.equal(error.details.keptBytes, SIZE);
    assert.deepEqual(engine.listRoot(), []);
    assert.equal(assertDone(await engine.fetch(url), 1, SIZE).fetchedBytes, 0);
  });

  it('B24 keeps what was flushed at a pause through a power cut soon after the resume', async () => {
    const url = server.serve('/a', { sizeBytes: 2 * SIZE, seed: 1 });
    server.fault('/a', 'all', { bytesPerSecond: 2 * MIB });
    const paused = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(paused) > 2 * MIB);
    engine.cancel(paused.id);
    const { keptBytes = 0 } = assertFailed(await paused.outcome, 'cancelled').details;
    await engine.restart();
    const folder = folderOf(url);
    const kept = await keptAfterPowerCut(folder);
    assert.equal(countBytes(kept), keptBytes);
    const resumed = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(resumed) > keptBytes + MIB / 2);
    assert.deepEqual(await keptAfterPowerCut(folder), kept);
    engine.cancel(resumed.id);
    await resumed.outcome;
  });

  for (const times of [1, 1_000]) {
    it(`B02 tells the truth of what is kept where the disk has no room for what was in memory (${times} times)`, async () => {
      const url = server.serve('/a', { sizeBytes: 300_000, seed: 1 });
      server.fault('/a', 'all', { stallAfterBytes: 100_000 });
      faultFs.fail({ operation: 'handle.writev', nth: 1, errno: 'ENOSPC', path: '/part', times });
      const error = assertFailed(await engine.fetch(url), 'diskFull');
      faultFs.clearFaults();
      server.clearFaults();
      await engine.restart();
      const { resumedBytes } = assertDone(await engine.fetch(url), 1, 300_000);
      assert.equal(error.details.keptBytes, resumedBytes);
    });
  }

  it('B20 B23 saves no journal that contradicts itself amid a restart from zero', async () => {
    const url = server.serve('/a', { sizeBytes: 16 * MIB, seed: 1, etag: '"1"' });
    server.fault('/a', 'all', { bytesPerSecond: 4 * MIB });
    server.fault('/a', 0, { cut: { afterBytes: 6 * MIB, by: 'fin' } });
    server.fault('/a', fromRequest(1), { object: { sizeBytes: 16 * MIB, seed: 2, etag: '"2"' } });
    const journals: string[] = [];
    const note = (path: string): void => void journals.push(readFileSync(path, 'utf8'));
    // Long enough for every checkpoint to fall due.
    const stall = (): Promise<void> =>
      new Promise((resolve) => {
        const stop = engine.clock.every(15_000, () => {
          stop();
          resolve();
        });
      });
    faultFs.before('handle.truncate', stall, '/part');
    for (let n = 0; n < 50; n += 1) faultFs.before('rename', note, 'journal.');
    assertDone(await engine.fetch(url, { connections: 1 }), 2, 16 * MIB, [1]);
    assert.deepEqual([...new Set(journals.map((text) => parseJournal(text).type))], ['read']);
    assert.ok(journals.some((text) => text.includes('"written":[]')));
  });

  it('D06 ends at once on a cancel while it verifies, and keeps every byte', async () => {
    const url = server.serve('/a', { sizeBytes: 16 * MIB, seed: 1 });
    const run = engine.begin(url);
    await engine.waitUntil(() => run.events.some(({ type }) => type === 'verifying'));
    engine.cancel(run.id);
    assert.equal(assertFailed(await run.outcome, 'cancelled').details.keptBytes, 16 * MIB);
    assert.deepEqual(engine.listRoot(), []);
    assert.equal(assertDone(await engine.fetch(url), 1, 16 * MIB).fetchedBytes, 0);
  });

  it('D06 ends at once on a cancel while it hashes a file that is there', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const path = engine.folder.at('root', 'out.bin');
    writeFileSync(path, '');
    truncateSync(path, 8 * 1024 * MIB);
    const isHashing = new Promise((resolve) => faultFs.before('stat', resolve, 'out.bin'));
    const run = engine.begin(url, { integrity: parseIntegrity(bodySha256(1, SIZE)), overwrite: 'replace' });
    await isHashing;
    const startedMs = performance.now();
    engine.cancel(run.id);
    assertFailed(await run.outcome, 'cancelled');
    assert.ok(performance.now() - startedMs < 1_000);
    assert.equal(server.requests.length, 0);
  });

  it('B10 does not remember a file that is there as it was before it changed under the hash', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const path = engine.folder.at('root', 'out.bin');
    const integrity = parseIntegrity(bodySha256(1, SIZE));
    assertDone(await engine.fetch(url), 1, SIZE);
    const other = readFileSync(path);
    other[0] = (other[0] ?? 0) ^ 1;
    await engine.restart();
    utimesSync(path, 1_700_000_000.5, 1_700_000_000.5);
    // Right after the hash, before it is remembered.
    faultFs.before('stat', () => faultFs.before('lstat', () => writeFileSync(path, other), 'out.bin'), 'out.bin');
    assert.equal((await engine.fetch(url, { integrity })).type, 'done');
    assertFailed(await engine.fetch(url, { integrity }), 'destinationExists');
  });

  describe('discarding what an earlier run left', () => {
    let url: string;
    beforeEach(() => {
      url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      server.fault('/a', 0, { stallAfterBytes: 2 * MIB });
    });

    it('B28 B12 lets go of the folder where it cannot be removed', async () => {
      const run = engine.begin(url);
      await engine.waitUntil(() => receivedBytes(run) > MIB);
      engine.cancel(run.id);
      assertFailed(await run.outcome, 'cancelled');
      faultFs.fail({ operation: 'unlink', nth: 1, errno: 'EACCES', path: '/part' });
      await assert.rejects(engine.discard(folderOf(url).key), { code: 'permissionDenied' });
      assertDone(await engine.fetch(url), 1, SIZE);
    });

    it('B27 says busy, after a while, where somebody works on it', async () => {
      const run = engine.begin(url);
      await engine.waitUntil(() => receivedBytes(run) > MIB);
      await assert.rejects(engine.discard(folderOf(url).key), { code: 'busy' });
      engine.cancel(run.id);
      assertFailed(await run.outcome, 'cancelled');
    });
  });

  describe('in a state folder that cannot be used', () => {
    const size = 1000;

    async function assertNamesIt(code: FetchErrorCode, mostRequests: number): Promise<void> {
      const url = server.serve('/a', { sizeBytes: size, seed: 1 });
      const error = assertFailed(await engine.fetch(url), code);
      assert.equal(error.details.path, engine.stateDir);
      assert.ok(error.message.includes(engine.stateDir), error.message);
      assert.ok(!error.message.includes(engine.root) && !error.message.includes('FetchError'), error.message);
      assert.ok(server.requests.length <= mostRequests);
      assert.deepEqual(engine.listRoot(), []);
    }

    it('B08 says so before it asks the network where a file is in its place', async () => {
      writeFileSync(engine.stateDir, '');
      await assertNamesIt('localIo', 0);
    });

    it('B08 says so before it asks the network where it may not be written', async () => {
      mkdirSync(engine.stateDir);
      faultFs.fail({ operation: 'access', nth: 1, errno: 'EROFS', path: engine.stateDir, times: 1_000 });
      await assertNamesIt('permissionDenied', 0);
    });

    for (const [operation, errno, code] of [
      ['mkdir', 'EACCES', 'permissionDenied'],
      ['open', 'ENOSPC', 'diskFull'],
    ] as const) {
      it(`B39 names it, not the destination, where ${operation} fails with ${errno}`, async () => {
        faultFs.fail({ operation, nth: 1, errno, path: engine.stateDir, times: 1_000 });
        await assertNamesIt(code, 1);
      });
    }
  });

  it('B23 removes what a kill left of small files, once nobody can be at it any more', async () => {
    const transfers = engine.folder.at('state', 'transfers');
    mkdirSync(transfers, { recursive: true });
    const [stale, fresh] = ['00000001', '00000002'].map((id) => `${transfers}/${'ab'.repeat(16)}.${id}.tmp`);
    for (const file of [stale, fresh]) writeFileSync(file ?? '', 'bytes');
    const longAgo = Date.now() / 1000 - 2 * 3600;
    utimesSync(stale ?? '', longAgo, longAgo);
    await engine.restart();
    assert.deepEqual(engine.listState(), [`state/transfers/${'ab'.repeat(16)}.00000002.tmp`]);
  });

  it('B29 empties no part file that another process has taken over', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, etag: '"1"' });
    server.fault('/a', 0, { cut: { afterBytes: 2 * MIB, by: 'fin' } });
    let open = (): void => undefined;
    const headGate = new Promise<void>((resolve) => (open = resolve));
    server.fault('/a', fromRequest(1), { headGate, object: { sizeBytes: SIZE, seed: 2, etag: '"2"' } });
    const folder = folderOf(url);
    const run = engine.begin(url);
    await server.waitUntil(() => server.requests.length === 2);
    const lease = `${folder.dir}/lease.json`;
    const theirs = readFileSync(lease, 'utf8').replace(/"ownerId":"[^"]{8}/, '"ownerId":"00000000');
    writeFileSync(lease, theirs);
    open();
    assertFailed(await run.outcome, 'busy');
    assert.ok(readFileSync(folder.part).length > 0);
    assert.equal(readFileSync(lease, 'utf8'), theirs);
  });
});
