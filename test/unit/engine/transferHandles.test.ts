// Descriptors: transfers that fail, are cut or cancelled leave none open. Through the whole engine.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseIntegrity } from '../../../src/assets/integrity';
import { EngineUnderTest, type Outcome } from '../../support/engineUnderTest';
import { FaultFs, type DiskOperation } from '../../support/faultFs';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const MIB = 1 << 20;
const SMALL = 200_000;
const ROUNDS = 20;

/** What this process's descriptors lead to, sockets and pipes included. */
function openDescriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // That of the listing itself.
      return [];
    }
  });
}

const hasProc = process.platform === 'linux';

(hasProc ? describe : describe.skip)('descriptors', function () {
  this.timeout(120_000);
  let server: FaultServer;
  let faultFs: FaultFs;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    faultFs = new FaultFs();
    engine = await EngineUnderTest.start({
      config: { retries: 0, filesAtOnce: 4 },
      disk: { fileSystem: faultFs.fileSystem },
    });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  /** Files alone: nothing else is in the engine's folder. */
  function openFiles(): string[] {
    return openDescriptors().filter((target) => target.startsWith(engine.folder.path));
  }

  /** Runs transfers, several at once, and compares the descriptors before and after. */
  async function assertNoneLeft(run: (round: number) => Promise<Outcome>, assertEnd: (outcome: Outcome) => void) {
    // What is made once, on first use, is not at issue.
    assertEnd(await run(0));
    await settle();
    const before = openDescriptors().length;
    for (const outcome of await Promise.all(Array.from({ length: ROUNDS }, (_, round) => run(round + 1))))
      assertEnd(outcome);
    await settle();
    assert.deepEqual(openFiles(), []);
    const after = openDescriptors().length;
    assert.ok(after <= before, `${after} are open, ${before} were`);
  }

  /** Closes the engine's connections and waits until the server has noticed. */
  async function settle(): Promise<void> {
    await engine.restart();
    await server.waitUntil(() => server.openConnections === 0);
  }

  function fetchNext(round: number, wanted: Parameters<EngineUnderTest['fetch']>[1] = {}): Promise<Outcome> {
    return engine.fetch(server.serve(`/${round}`, { sizeBytes: SMALL, seed: 1 }), { path: `${round}.bin`, ...wanted });
  }

  it('D11 none stays open after small transfers that succeed', async () => {
    await assertNoneLeft(
      (round) => fetchNext(round),
      (outcome) => assertDone(outcome, 1, SMALL),
    );
  });

  it('D11 none stays open after refusals', async () => {
    server.fault(null, 'all', { status: 404, body: 'gone' });
    await assertNoneLeft(
      (round) => fetchNext(round),
      (outcome) => assertFailed(outcome, 'httpStatus'),
    );
  });

  for (const by of ['fin', 'rst'] as const) {
    it(`D11 none stays open after cuts by ${by}, with what came kept on disk`, async () => {
      server.fault(null, 'all', { cut: { afterBytes: 100_000, by } });
      await assertNoneLeft(
        (round) => fetchNext(round),
        (outcome) => assertFailed(outcome, 'truncated', 'connectFailed'),
      );
      assert.equal(engine.listState().filter((file) => file.endsWith('/part')).length, ROUNDS + 1);
    });
  }

  it('D11 none stays open after hashes that do not match', async () => {
    const integrity = parseIntegrity('0'.repeat(64));
    await assertNoneLeft(
      (round) => fetchNext(round, { integrity }),
      (outcome) => assertFailed(outcome, 'integrityMismatch'),
    );
  });

  it('D11 none stays open where the destination is taken meanwhile', async () => {
    await assertNoneLeft(
      (round) => {
        const taken = (): void => writeFileSync(engine.folder.at('root', `${round}.bin`), 'other');
        server.fault(`/${round}`, 0, {
          bodyGate: server.waitUntil(() => server.requestsTo(`/${round}`).length > 0).then(taken),
        });
        return fetchNext(round);
      },
      (outcome) => assertFailed(outcome, 'destinationExists'),
    );
  });

  it('D11 none stays open after transfers that are cancelled', async () => {
    server.fault(null, 'all', { stallAfterBytes: 100_000 });
    await assertNoneLeft(
      async (round) => {
        const url = server.serve(`/${round}`, { sizeBytes: round % 2 === 0 ? SMALL : 2 * MIB, seed: 1 });
        const running = engine.begin(url, { path: `${round}.bin` });
        await server.waitUntil(() => (server.requestsTo(`/${round}`)[0]?.bytesSent ?? 0) >= 100_000);
        engine.cancel(running.id);
        return running.outcome;
      },
      (outcome) => assertFailed(outcome, 'cancelled'),
    );
  });

  /** Every call that a transfer of this size makes, one after the other, fails once. */
  for (const sizeBytes of [SMALL, 2 * MIB]) {
    it(`D11 B07 none stays open whichever call to the disk fails (${sizeBytes} bytes)`, async () => {
      assertDone(await engine.fetch(server.serve('/all', { sizeBytes, seed: 1 })), 1, sizeBytes);
      await engine.restart();
      const operations = [...new Set(faultFs.calls.map(({ operation }) => operation))];
      // A descriptor that cannot be closed is the system's to forget.
      const mayFail = (operation: DiskOperation): boolean => operation !== 'handle.close';
      for (const operation of operations.filter(mayFail)) {
        for (let nth = 1; nth <= 12; nth += 1) {
          faultFs.clearFaults();
          faultFs.fail({ operation, nth, errno: 'EIO' });
          const path = `${operation}-${nth}.bin`;
          const outcome = await engine.fetch(server.serve('/all', { sizeBytes, seed: 1 }), { path });
          faultFs.clearFaults();
          if (outcome.type === 'done') assertDone(outcome, 1, sizeBytes);
          else assertFailed(outcome, 'localIo', 'permissionDenied');
          assert.deepEqual(openFiles(), [], `${operation} ${nth}`);
          if (outcome.type === 'failed')
            assertDone(await engine.fetch(server.serve('/all', { sizeBytes, seed: 1 }), { path }), 1, sizeBytes);
        }
      }
      await engine.restart();
      assert.deepEqual(
        engine.listState().filter((file) => file.includes('lease')),
        [],
      );
    });
  }
});
