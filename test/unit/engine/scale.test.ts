// Many files, many at once, and files beyond 32 bits, through the whole engine.
import assert from 'node:assert/strict';
import { closeSync, openSync, readSync, truncateSync } from 'node:fs';
import { loadJournal, saveJournal, stampPart } from '../../../src/engine/journal';
import { transferFolder } from '../../../src/engine/transferFolder';
import { assertBody } from '../../support/body';
import { readTestCa } from '../../support/certificates';
import { EngineUnderTest, receivedBytes } from '../../support/engineUnderTest';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';
import { drawInteger, makeRandom } from '../../support/random';
import { makeDisk } from '../../support/testDisk';

/** Most that VS Code waits for an extension to be deactivated. */
const DEACTIVATION_LIMIT_MS = 5_000;

describe('many files and large ones', function () {
  this.timeout(120_000);
  let server: FaultServer;
  let engine: EngineUnderTest;
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  it('D01 fetches 1,000 small files over as many TLS connections as are allowed, and no more', async () => {
    server = await FaultServer.start({ certificate: 'loopback' });
    engine = await EngineUnderTest.start({ config: { extraCertificates: [readTestCa()] } });
    const random = makeRandom(1);
    const files = Array.from({ length: 1_000 }, (_, index) => ({
      sizeBytes: drawInteger(random, 1, 65_536),
      seed: index + 1,
    }));
    const outcomes = await Promise.all(
      files.map((file, index) => engine.fetch(server.serve(`/${index}`, file), { path: `${index}.bin` })),
    );
    for (const [index, { seed, sizeBytes }] of files.entries()) assertDone(outcomes[index]!, seed, sizeBytes);
    assert.equal(server.requests.length, 1_000);
    const handshakes = new Set(server.requests.map(({ connectionId }) => connectionId)).size;
    assert.ok(handshakes <= 8, `${handshakes} handshakes`);
    assert.deepEqual(engine.listState(), []);
  });

  it('D12 keeps 50 downloads when the window closes, in time, and takes up each of them', async () => {
    const config = { filesAtOnce: 50, connectionsPerHost: 50, connectionsInAll: 50 };
    server = await FaultServer.start();
    engine = await EngineUnderTest.start({ config });
    const wanted = Array.from({ length: 50 }, (_, index) => ({
      path: `${index}.bin`,
      seed: index + 1,
      url: server.serve(`/${index}`, { sizeBytes: 300_000, seed: index + 1 }),
    }));
    for (const { url } of wanted) server.fault(new URL(url).pathname, 0, { stallAfterBytes: 100_000 });
    const running = wanted.map(({ url, path }) => engine.begin(url, { path }));
    await engine.waitUntil(() => running.every((transfer) => receivedBytes(transfer) >= 100_000));
    const startedMs = performance.now();
    await engine.restart();
    const closingMs = performance.now() - startedMs;
    assert.ok(closingMs < DEACTIVATION_LIMIT_MS, `closing took ${closingMs.toFixed(0)} ms`);
    for (const { outcome } of running) assertFailed(await outcome, 'cancelled');
    assert.equal((await engine.listUnfinished()).length, 50);
    const outcomes = await Promise.all(wanted.map(({ url, path }) => engine.fetch(url, { path })));
    for (const [index, { seed }] of wanted.entries()) {
      assert.equal(assertDone(outcomes[index]!, seed, 300_000).resumedBytes, 100_000);
    }
  });

  it('D03 goes on beyond 4 GiB, with exact offsets and flat memory', async function () {
    // 4 GiB are hashed, and some machines hash 100 MB a second.
    this.timeout(180_000);
    const sizeBytes = 2 ** 32 + 2 ** 22;
    const heldBytes = sizeBytes - 2 ** 20;
    server = await FaultServer.start();
    engine = await EngineUnderTest.start();
    const url = server.serve('/large', { sizeBytes, seed: 1 });
    server.fault('/large', 0, { stallAfterBytes: 3_000_000 });
    const first = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(first) >= 3_000_000);
    engine.cancel(first.id);
    assertFailed(await first.outcome, 'cancelled');
    // All but the end is a hole from here on, and the journal vouches for it.
    const disk = makeDisk();
    const { key = '' } = first.events.find((event) => event.type === 'started') ?? {};
    const folder = transferFolder(engine.stateDir, key);
    const journal = await loadJournal(disk, folder);
    assert.ok(journal.type === 'found');
    truncateSync(folder.part, heldBytes);
    const partStamp = await stampPart(disk, folder);
    const ranges = [[0, heldBytes] as const];
    await saveJournal(
      disk,
      folder,
      { ...journal.record, written: ranges, flushed: ranges, ...(partStamp === null ? {} : { partStamp }) },
      'quick',
    );
    await engine.restart();
    const memory = watchMemory();
    const outcome = await engine.fetch(url);
    const grown = memory.stop();
    assert.ok(outcome.type === 'done');
    assert.deepEqual([outcome.result.bytes, outcome.result.resumedBytes], [sizeBytes, heldBytes]);
    assert.equal(outcome.result.fetchedBytes, 2 ** 20);
    assert.equal(server.requests.at(-1)?.rangeStart, heldBytes);
    const tail = Buffer.alloc(2 ** 20);
    const file = openSync(outcome.result.path, 'r');
    assert.equal(readSync(file, tail, 0, tail.length, heldBytes), tail.length);
    closeSync(file);
    assertBody(tail, 1, heldBytes);
    assert.ok(grown.bufferMb < 64, `buffers grew by ${grown.bufferMb.toFixed(0)} MB`);
    // The hash thread's included. Generous: what earlier tests left in this process may come and go.
    assert.ok(grown.residentMb < 1_000, `memory grew by ${grown.residentMb.toFixed(0)} MB`);
  });
});

interface Growth {
  readonly bufferMb: number;
  readonly residentMb: number;
}

/** How far this thread's buffers, and the process, grow at most until `stop` is called. */
function watchMemory(): { stop(): Growth } {
  const measure = (): Growth => {
    const { external, rss } = process.memoryUsage();
    return { bufferMb: external / 1e6, residentMb: rss / 1e6 };
  };
  const before = measure();
  let most = before;
  const look = (): void => {
    const now = measure();
    most = {
      bufferMb: Math.max(most.bufferMb, now.bufferMb),
      residentMb: Math.max(most.residentMb, now.residentMb),
    };
  };
  const timer = setInterval(look, 20);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { bufferMb: most.bufferMb - before.bufferMb, residentMb: most.residentMb - before.residentMb };
    },
  };
}
