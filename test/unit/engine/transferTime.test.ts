// Clocks that jump and machines that sleep in the middle of a transfer. Through the whole engine.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { EngineUnderTest, receivedBytes, type Running } from '../../support/engineUnderTest';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const MIB = 1 << 20;
const DAY_MS = 86_400_000;
/** Longer than any gap between two ticks of a machine that is awake, shorter than the idle timeout. */
const NAP_MS = 20_000;

describe('transfers and time', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let engine: EngineUnderTest;
  let wallOffsetMs: number;
  beforeEach(async () => {
    wallOffsetMs = 0;
    server = await FaultServer.start();
    engine = await EngineUnderTest.start({ disk: { wallClockMs: () => Date.now() + wallOffsetMs } });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  function countRetries({ events }: Running): number {
    return events.filter(({ type }) => type === 'retrying').length;
  }

  it('B26 takes its connection for dead after a sleep and asks once for the rest', async () => {
    const url = server.serve('/a', { sizeBytes: 4 * MIB, seed: 1 });
    server.fault('/a', 0, { stallAfterBytes: 2 * MIB });
    const running = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(running) === 2 * MIB);
    engine.virtualClock.jump(NAP_MS);
    const result = assertDone(await running.outcome, 1, 4 * MIB);
    assert.equal(result.fetchedBytes, 4 * MIB);
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[1]?.rangeStart, 2 * MIB);
    assert.equal(countRetries(running), 1);
  });

  it('B26 comes back from a sleep with one connection, however many it had', async () => {
    const sizeBytes = 32 * MIB;
    const url = server.serve('/a', { sizeBytes, seed: 1 });
    let hasSlept = false;
    let open = (): void => undefined;
    const headGate = new Promise<void>((resolve) => (open = resolve));
    server.fault('/a', 'all', { bytesPerSecond: 2 * MIB });
    server.fault('/a', () => hasSlept, { headGate, bytesPerSecond: 64 * MIB });
    const running = engine.begin(url);
    // A request on its way would be taken for one that came after the sleep.
    await engine.waitUntil(() => {
      const last = running.events.at(-1);
      const unfinished = server.requests.filter(({ isFinished }) => !isFinished).length;
      // The ramp always tries two; whether more pay hangs on the machine.
      return unfinished >= 2 && last?.type === 'progress' && last.connections === unfinished;
    });
    hasSlept = true;
    const before = server.requests.length;
    engine.virtualClock.jump(NAP_MS);
    await server.waitUntil(() => server.requests.length > before);
    engine.virtualClock.advance(5_000);
    // A second request would have been sent by now: a whole one comes and goes on another connection.
    await fetch(server.serve('/b', { sizeBytes: 1, seed: 1 })).then((response) => response.arrayBuffer());
    assert.equal(server.requestsTo('/a').length, before + 1);
    assert.equal(countRetries(running), 1);
    open();
    assertDone(await running.outcome, 1, sizeBytes);
    assert.equal(countRetries(running), 1);
  });

  it('B26 asks anew where the sleep came between a request and its answer', async () => {
    const url = server.serve('/a', { sizeBytes: MIB, seed: 1 });
    server.fault('/a', 0, { headGate: new Promise(() => undefined) });
    const running = engine.begin(url);
    await server.waitUntil(() => server.requests.length === 1);
    engine.virtualClock.jump(NAP_MS);
    assertDone(await running.outcome, 1, MIB);
    assert.equal(server.requests.length, 2);
  });

  it('B26 one request each where several transfers were under way', async () => {
    const runs = [1, 2, 3].map((seed) => {
      const url = server.serve(`/${seed}`, { sizeBytes: 2 * MIB, seed });
      server.fault(`/${seed}`, 0, { stallAfterBytes: MIB + 1 });
      return engine.begin(url, { path: `${seed}.bin` });
    });
    await engine.waitUntil(() => runs.every((running) => receivedBytes(running) === MIB + 1));
    engine.virtualClock.jump(NAP_MS);
    for (const [index, running] of runs.entries()) assertDone(await running.outcome, index + 1, 2 * MIB);
    assert.equal(server.requests.length, 6);
  });

  it('B26 a short gap, as of a busy machine, ends nothing', async () => {
    const url = server.serve('/a', { sizeBytes: 4 * MIB, seed: 1 });
    server.fault('/a', 0, { bytesPerSecond: 4 * MIB });
    const running = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(running) > MIB);
    engine.virtualClock.jump(10_000);
    assertDone(await running.outcome, 1, 4 * MIB);
    assert.equal(server.requests.length, 1);
  });

  for (const offsetMs of [DAY_MS, -DAY_MS]) {
    const how = offsetMs > 0 ? 'forward' : 'back';

    it(`B25 does not notice a wall clock set ${how} by a day`, async () => {
      const url = server.serve('/a', { sizeBytes: 4 * MIB, seed: 1 });
      server.fault('/a', 0, { bytesPerSecond: 4 * MIB });
      const running = engine.begin(url);
      await engine.waitUntil(() => receivedBytes(running) > MIB);
      wallOffsetMs = offsetMs;
      // Heartbeats and checkpoints fall into this.
      engine.virtualClock.advance(12_000);
      const { seconds } = assertDone(await running.outcome, 1, 4 * MIB);
      assert.ok(seconds > 0 && seconds < 600, `${seconds} s`);
      assert.equal(server.requests.length, 1);
      assert.deepEqual(engine.sleepsMs, []);
      for (const event of running.events) {
        if (event.type === 'progress') assert.ok(event.bytesPerSecond >= 0 && Number.isFinite(event.bytesPerSecond));
      }
    });

    it(`B25 waits as long as the server asked where the clock is set ${how} meanwhile`, async () => {
      const url = server.serve('/a', { sizeBytes: 100_000, seed: 1 });
      server.fault('/a', 0, { status: 503, headers: { 'Retry-After': '7' } });
      const running = engine.begin(url);
      await server.waitUntil(() => server.requests.length === 1);
      wallOffsetMs = offsetMs;
      assertDone(await running.outcome, 1, 100_000);
      const waitedMs = engine.sleepsMs.reduce((sum, ms) => sum + ms, 0);
      assert.ok(waitedMs >= 7_000 && waitedMs < 20_000, `${waitedMs} ms`);
    });

    it(`B25 A54 waits for a date by the clock of this machine, set ${how}, and no longer where it is set again`, async () => {
      const url = server.serve('/a', { sizeBytes: 100_000, seed: 1 });
      wallOffsetMs = offsetMs;
      const date = new Date(Date.now() + offsetMs + 60_000).toUTCString();
      server.fault('/a', 0, { status: 503, headers: { 'Retry-After': date } });
      const running = engine.begin(url);
      await engine.waitUntil(() => running.events.some(({ type }) => type === 'retrying'));
      wallOffsetMs = 0;
      assertDone(await running.outcome, 1, 100_000);
      const waitedMs = engine.sleepsMs.reduce((sum, ms) => sum + ms, 0);
      // Less by as long as the request took.
      assert.ok(waitedMs > 30_000 && waitedMs <= 60_000, `${waitedMs} ms`);
    });

    it(`B25 goes on with what was kept before the clock was set ${how}`, async () => {
      const url = server.serve('/a', { sizeBytes: 3 * MIB, seed: 1 });
      server.fault('/a', 0, { stallAfterBytes: 2 * MIB });
      const running = engine.begin(url);
      await engine.waitUntil(() => receivedBytes(running) === 2 * MIB);
      engine.cancel(running.id);
      assertFailed(await running.outcome, 'cancelled');
      await engine.restart();
      wallOffsetMs = offsetMs;
      assert.equal((await engine.listUnfinished()).length, 1);
      assert.equal(assertDone(await engine.fetch(url), 1, 3 * MIB).resumedBytes, 2 * MIB);
    });
  }
});
