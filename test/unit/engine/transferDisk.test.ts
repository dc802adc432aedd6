// Group B of the cases: disks that are full, fail, write less than asked, or lose folders. Through the whole engine.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { inspectJournal } from '../../../src/engine/journal';
import { parseJournal } from '../../../src/engine/journalFile';
import { transferFolder, type TransferFolder } from '../../../src/engine/transferFolder';
import type { RangeSet } from '../../../src/engine/byteRanges';
import { assertBody, bodySha256 } from '../../support/body';
import { EngineUnderTest, receivedBytes, type EngineChoices } from '../../support/engineUnderTest';
import { FaultFs } from '../../support/faultFs';
import type { Fault } from '../../support/faults';
import { FaultServer } from '../../support/faultServer';
import { buildHashThread } from '../../support/hashThread';
import { assertDone, assertFailed } from '../../support/outcome';
import { TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';
import { VirtualClock } from '../../support/virtualClock';

const MIB = 1 << 20;
const SMALL = 300_000;
const SIZE = 4 * MIB;
/** Enough for whatever is under way when the first call fails. */
const FROM_THEN_ON = 1_000;
/** Between two looks at the disk. */
const nextTurn = (): Promise<void> => sleep(1);

describe('transfers on failing disks', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let faultFs: FaultFs;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    faultFs = new FaultFs();
    engine = await start();
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  function start(choices: EngineChoices = {}): Promise<EngineUnderTest> {
    return EngineUnderTest.start({ disk: { fileSystem: faultFs.fileSystem }, ...choices });
  }

  function onlyFolder(): TransferFolder {
    const [key = ''] = engine.listState().map((file) => file.split('/')[2] ?? '');
    return transferFolder(engine.stateDir, key);
  }

  /** The first body comes up to `afterBytes`; the rest, once the result is called. */
  function pauseBody(path: string, afterBytes: number, more: Fault = {}): () => void {
    let open = (): void => undefined;
    const until = new Promise<void>((resolve) => (open = resolve));
    server.fault(path, 0, { ...more, pause: { afterBytes, until } });
    return () => open();
  }

  /** What the journal says that a power cut would leave. */
  function flushedRanges(): RangeSet {
    const path = join(onlyFolder().dir, 'journal.flushed.json');
    const journal = existsSync(path) ? parseJournal(readFileSync(path, 'utf8')) : null;
    return journal?.type === 'read' ? journal.record.flushed : [];
  }

  async function partExists(): Promise<void> {
    while (!engine.listState().some((file) => file.endsWith('/part'))) await nextTurn();
  }

  /** The ranges that the journal vouches for; each was compared with the object. */
  async function keptRanges(seed = 1): Promise<RangeSet> {
    const folder = onlyFolder();
    const journal = await inspectJournal(makeDisk(), folder);
    if (journal.type !== 'found') return [];
    const part = readFileSync(folder.part);
    for (const [from, to] of journal.kept) assertBody(part.subarray(from, to), seed, from);
    return journal.kept;
  }

  for (const [errno, code] of [
    ['ENOSPC', 'diskFull'],
    ['EDQUOT', 'diskFull'],
    ['EIO', 'localIo'],
  ] as const) {
    it(`${code === 'diskFull' ? 'B02' : 'B07'} ends with ${code} at ${errno}, and goes on from there afterwards`, async () => {
      faultFs.fail({ operation: 'handle.writev', nth: 9, errno, path: '/part', times: FROM_THEN_ON });
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      const error = assertFailed(await engine.fetch(url), code);
      assert.equal(error.details.reason, errno);
      assert.equal(server.requests.length, 1, 'no automatic retry');
      const [[, keptBytes] = [0, 0], ...more] = await keptRanges();
      assert.ok(keptBytes > MIB, `${keptBytes} bytes are kept`);
      assert.deepEqual(more, []);
      assert.equal(error.details.keptBytes, keptBytes);
      assert.deepEqual(engine.listRoot(), []);

      faultFs.clearFaults();
      const result = assertDone(await engine.fetch(url), 1, SIZE);
      assert.equal(server.requests[1]?.rangeStart, keptBytes);
      assert.equal(result.resumedBytes, keptBytes);
      assert.equal(result.fetchedBytes, SIZE - keptBytes);
      assert.deepEqual(engine.listState(), []);
    });
  }

  it('B02 promises no more than the last journal where the disk has no room for another', async () => {
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const open = pauseBody('/a', 1.5 * MIB);
    const running = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(running) === 1.5 * MIB);
    await partExists();
    engine.virtualClock.advance(1_000);
    while ((await keptRanges()).length === 0) await nextTurn();
    for (const [operation, path] of [
      ['handle.write', 'journal'],
      ['handle.writev', '/part'],
    ] as const) {
      faultFs.fail({ operation, path, nth: 1, errno: 'ENOSPC', times: FROM_THEN_ON });
    }
    open();
    const error = assertFailed(await running.outcome, 'diskFull');
    const [[, keptBytes] = [0, 0]] = await keptRanges();
    assert.ok(keptBytes > 0 && keptBytes <= 1.5 * MIB, `${keptBytes} bytes are kept`);
    assert.equal(error.details.keptBytes, keptBytes);

    faultFs.clearFaults();
    assert.equal(assertDone(await engine.fetch(url), 1, SIZE).resumedBytes, keptBytes);
  });

  it('B02 says that nothing is kept, and leaves nothing, where not one journal could be saved', async () => {
    faultFs.fail({ operation: 'handle.writev', nth: 1, errno: 'ENOSPC', path: '/part', times: FROM_THEN_ON });
    const error = assertFailed(await engine.fetch(server.serve('/a', { sizeBytes: SIZE, seed: 1 })), 'diskFull');
    assert.equal(error.details.keptBytes, 0);
    assert.deepEqual(engine.listState(), []);
  });

  for (const sizeBytes of [SMALL, SIZE]) {
    it(`B05 writes all where every write is short (${sizeBytes} bytes)`, async () => {
      faultFs.shortWriteBytes = 1_009;
      const url = server.serve('/a', { sizeBytes, seed: 1 });
      const result = assertDone(await engine.fetch(url), 1, sizeBytes);
      assert.equal(result.sha256, bodySha256(1, sizeBytes));
      assert.equal(result.fetchedBytes, sizeBytes);
    });
  }

  it('B07 does not trust what a flush at the end failed to save, and fetches it again', async () => {
    faultFs.fail({ operation: 'handle.datasync', nth: 1, errno: 'EIO', path: '/part' });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const error = assertFailed(await engine.fetch(url), 'localIo');
    assert.deepEqual(engine.listRoot(), []);
    assert.equal(error.details.keptBytes, 0);
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(result.resumedBytes, 0);
    assert.equal(result.fetchedBytes, SIZE);
  });

  it('B07 goes back to what was flushed before where a flush under way fails', async () => {
    await engine.dispose();
    // Real time but for what is skipped here: no flush falls due by itself.
    const clock = new VirtualClock();
    engine = await start({ clock });
    const stopClock = clock.runAt(1);
    try {
      faultFs.fail({ operation: 'handle.datasync', nth: 2, errno: 'EIO', path: '/part' });
      const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
      const open = pauseBody('/a', 1.5 * MIB, { stallAfterBytes: 3 * MIB });
      const running = engine.begin(url);
      await engine.waitUntil(() => receivedBytes(running) === 1.5 * MIB);
      await partExists();
      while (statSync(onlyFolder().part).size < 1.5 * MIB) await nextTurn();
      clock.advance(10_000);
      while (flushedRanges().length === 0) await nextTurn();
      const flushed = flushedRanges();
      const flushedBytes = flushed[0]?.[1] ?? 0;
      assert.ok(flushedBytes > MIB && flushedBytes <= 1.5 * MIB, `${flushedBytes} bytes are flushed`);
      open();
      await engine.waitUntil(() => receivedBytes(running) === 3 * MIB);
      clock.advance(10_000);
      const error = assertFailed(await running.outcome, 'localIo');
      assert.deepEqual(await keptRanges(), flushed);
      assert.equal(error.details.keptBytes, flushedBytes);
      assert.equal(server.requests.length, 1);

      const result = assertDone(await engine.fetch(url), 1, SIZE);
      assert.equal(server.requests[1]?.rangeStart, flushedBytes);
      assert.equal(result.resumedBytes, flushedBytes);
    } finally {
      stopClock();
    }
  });

  it('B07 fetches a small file again where its flush failed', async () => {
    faultFs.fail({ operation: 'handle.sync', nth: 1, errno: 'EIO', path: '.tmp' });
    const url = server.serve('/a', { sizeBytes: SMALL, seed: 1 });
    assertFailed(await engine.fetch(url), 'localIo');
    assert.deepEqual(engine.listRoot(), []);
    assertDone(await engine.fetch(url), 1, SMALL);
    assert.deepEqual(engine.listState(), []);
  });

  it('B03 keeps a complete file whose rename failed, and asks the network for nothing the next time', async () => {
    faultFs.fail({ operation: 'link', nth: 1, errno: 'ENOSPC', path: '/part' });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    const error = assertFailed(await engine.fetch(url), 'diskFull');
    assert.equal(error.details.keptBytes, SIZE);
    assert.deepEqual(engine.listRoot(), []);
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(result.fetchedBytes, 0);
    assert.equal(server.requests.length, 1);
  });

  for (const sizeBytes of [SMALL, SIZE]) {
    for (const gone of ['models', '.'] as const) {
      const what = `${gone === '.' ? 'root' : 'folder'}, ${sizeBytes} bytes`;

      it(`B30 B03 does not make a folder again that was deleted meanwhile; the bytes are kept (${what})`, async () => {
        mkdirSync(engine.folder.at('root', 'models'));
        const url = server.serve('/a', { sizeBytes, seed: 1 });
        let open = (): void => undefined;
        server.fault('/a', 0, { bodyGate: new Promise<void>((resolve) => (open = resolve)) });
        const running = engine.begin(url, { path: 'models/out.bin' });
        await engine.waitUntil(() => running.events.some(({ type }) => type === 'started'));
        const [folder, away] = [engine.folder.at('root', gone), engine.folder.at('away')];
        renameSync(folder, away);
        open();
        const error = assertFailed(await running.outcome, 'localIo');
        assert.equal(error.details.keptBytes, sizeBytes);
        assert.match(error.message, /models|root/);
        assert.equal(existsSync(folder), false);

        if (gone === '.') assertFailed(await engine.fetch(url, { path: 'models/out.bin' }), 'localIo');
        renameSync(away, folder);
        const result = assertDone(await engine.fetch(url, { path: 'models/out.bin' }), 1, sizeBytes);
        assert.equal(result.fetchedBytes, 0);
        assert.equal(server.requests.length, 1);
        assert.deepEqual(engine.listState(), []);
      });
    }
  }

  it('D10 keeps every byte where the hash thread dies, and goes on with a new one', async () => {
    const temp = await TempFolder.make('thread');
    try {
      const hashThreadFile = temp.at('hashThread.js');
      writeFileSync(hashThreadFile, `require('node:worker_threads').parentPort.on('message', () => process.exit(1));`);
      await engine.dispose();
      engine = await start({ hashThreadFile });
      const url = server.serve('/a', { sizeBytes: 9 * MIB, seed: 1 });
      const error = assertFailed(await engine.fetch(url), 'engineCrashed');
      assert.equal(error.details.keptBytes, 9 * MIB);
      const sentBytes = server.bodyBytesSent;

      writeFileSync(hashThreadFile, readFileSync(buildHashThread()));
      const result = assertDone(await engine.fetch(url), 1, 9 * MIB);
      assert.equal(result.resumedBytes, 9 * MIB);
      assert.equal(server.bodyBytesSent, sentBytes);
    } finally {
      rmSync(temp.path, { recursive: true });
    }
  });
});
