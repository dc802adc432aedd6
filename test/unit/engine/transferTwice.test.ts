// B27: the same file wanted twice at once, by two engines of one process and by two processes.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseIntegrity } from '../../../src/assets/integrity';
import { systemClock } from '../../../src/engine/clock';
import { assertBody, bodySha256 } from '../../support/body';
import { EngineUnderTest, receivedBytes } from '../../support/engineUnderTest';
import { FaultFs } from '../../support/faultFs';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';
import { startCli } from '../../support/processes';

const MIB = 1 << 20;
const SMALL = 300_000;
const LARGE = 24 * MIB;
/** A split may come a few chunks late. */
const MOST_FETCHED = 1.1;

describe('the same file twice at once', function () {
  this.timeout(60_000);
  let server: FaultServer;
  let first: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
    // Real time: each would see the other's heartbeats late by a clock of its own.
    first = await EngineUnderTest.start({ clock: systemClock });
  });
  afterEach(async () => {
    await first.dispose();
    await server.close();
  });

  /** Serves a file whose body comes when both have asked for it or one of them waits; a large one not at once. */
  function serve(sizeBytes: number, onWaiting: Promise<unknown>): string {
    const url = server.serve('/a', { sizeBytes, seed: 1 });
    const bodyGate = Promise.race([onWaiting, server.waitUntil(() => server.requests.length >= 2)]);
    server.fault('/a', 'all', { bodyGate });
    if (sizeBytes > MIB) server.fault('/a', 'all', { bytesPerSecond: 24 * MIB });
    return url;
  }

  function waits({ messages }: EngineUnderTest): boolean {
    return messages.some(({ type }) => type === 'waiting');
  }

  /** By what each of them read: what a waiting one leaves unread sits in the kernel's buffers, and the server has sent it. */
  function assertFetchedOnce(sizeBytes: number, results: readonly { readonly fetchedBytes: number }[]): void {
    const fetchedBytes = results.reduce((sum, result) => sum + result.fetchedBytes, 0);
    // A small file is fetched before anybody could know of the other one.
    const mostBytes = (sizeBytes < MIB ? 2 : MOST_FETCHED) * sizeBytes;
    assert.ok(fetchedBytes >= sizeBytes && fetchedBytes <= mostBytes, `${fetchedBytes} bytes were fetched`);
  }

  for (const sizeBytes of [SMALL, LARGE]) {
    for (const hasHash of [false, true]) {
      const what = `${sizeBytes} bytes, ${hasHash ? 'with' : 'without'} a hash`;
      const sha256 = bodySha256(1, sizeBytes);

      it(`B27 two engines of one process both succeed, with one file (${what})`, async () => {
        const second = await EngineUnderTest.start({ clock: systemClock, config: { stateDir: first.stateDir } });
        try {
          const engines = [first, second];
          const url = serve(sizeBytes, Promise.race(engines.map((engine) => engine.waitUntil(() => waits(engine)))));
          const wanted = { root: first.root, integrity: hasHash ? parseIntegrity(sha256) : [] };
          const outcomes = await Promise.all(engines.map((engine) => engine.fetch(url, wanted)));
          const results = outcomes.map((outcome) => assertDone(outcome, 1, sizeBytes));
          for (const result of results) assert.equal(result.sha256, sha256);
          assertFetchedOnce(sizeBytes, results);
        } finally {
          await second.dispose();
        }
        assert.deepEqual(first.listRoot(), ['out.bin']);
        assert.deepEqual(first.listState(), []);
      });

      it(`B27 two processes both succeed, with one file (${what})`, async () => {
        let noteWaiting = (): void => undefined;
        const url = serve(sizeBytes, new Promise<void>((resolve) => (noteWaiting = resolve)));
        const cwd = first.folder.at('cli');
        mkdirSync(cwd);
        const hash = hasHash ? ['--integrity', sha256] : [];
        const args = ['get', url, '-o', 'out.bin', '--state-dir', first.stateDir, '--json', ...hash];
        const running = [startCli(args, { cwd }), startCli(args, { cwd })];
        for (const child of running) child.waitForEvent('waiting').then(noteWaiting, () => undefined);
        const results = await Promise.all(running.map(({ finished }) => finished));
        for (const { code, stdout, stderr } of results) assert.equal(code, 0, stdout + stderr);
        assertBody(readFileSync(first.folder.at('cli', 'out.bin')), 1);
        assert.deepEqual(
          first.folder.files().filter((file) => file.startsWith('cli/')),
          ['cli/out.bin'],
        );
        assert.deepEqual(first.listState(), []);
        const ends = results.flatMap(({ events }) => events.filter(({ event }) => event === 'done'));
        assertFetchedOnce(
          sizeBytes,
          ends.map(({ fetchedBytes }) => ({ fetchedBytes: Number(fetchedBytes) })),
        );
      });
    }
  }

  /** Two engines with one state folder; the second is disposed afterwards. */
  async function withSecond(test: (second: EngineUnderTest, itsDisk: FaultFs) => Promise<void>): Promise<void> {
    const config = { stateDir: first.stateDir, retries: 0 };
    const faultFs = new FaultFs();
    const disk = { fileSystem: faultFs.fileSystem };
    const second = await EngineUnderTest.start({ clock: systemClock, config, disk });
    try {
      await test(second, faultFs);
    } finally {
      await second.dispose();
    }
  }

  for (const [what, wanted, code] of [
    ['another hash', { integrity: parseIntegrity('f'.repeat(64)) }, 'destinationExists'],
    ['another size', { sizeBytes: 5 * MIB }, 'destinationExists'],
    ['a checksum file', { checksumUrl: 'http://127.0.0.1:9/sums' }, 'destinationExists'],
  ] as const) {
    it(`B27 I3 a second one that wants ${what} does not take the first one's file`, () =>
      withSecond(async (second) => {
        const url = server.serve('/a', { sizeBytes: 4 * MIB, seed: 1 });
        server.fault('/a', 'all', { bytesPerSecond: 4 * MIB });
        const one = first.begin(url);
        await first.waitUntil(() => receivedBytes(one) > 0);
        const two = second.begin(url, { root: first.root, ...wanted });
        assertDone(await one.outcome, 1, 4 * MIB);
        assertFailed(await two.outcome, code);
        assert.ok(waits(second));
      }));
  }

  it('B27 I3 a second one fetches where the first one was cancelled and an older file stands there', () =>
    withSecond(async (second, itsDisk) => {
      const hasLooked = new Promise((resolve) => itsDisk.before('lstat', resolve, '/part'));
      const url = server.serve('/a', { sizeBytes: 4 * MIB, seed: 1, etag: '"1"' });
      assertDone(await first.fetch(url), 1, 4 * MIB);
      await first.restart();
      server.serve('/a', { sizeBytes: 4 * MIB, seed: 2, etag: '"2"' });
      server.fault('/a', 'all', { bytesPerSecond: 4 * MIB });
      const wanted = { root: first.root, overwrite: 'replace' } as const;
      const one = first.begin(url, wanted);
      await first.waitUntil(() => receivedBytes(one) > 0);
      const two = second.begin(url, wanted);
      await hasLooked;
      first.cancel(one.id);
      assertFailed(await one.outcome, 'cancelled');
      assertDone(await two.outcome, 2, 4 * MIB, [1]);
    }));

  it('B27 one that fails says so although another process holds the folder', () =>
    withSecond(async (second) => {
      const big = server.serve('/big', { sizeBytes: 4 * MIB, seed: 1 });
      const small = server.serve('/small', { sizeBytes: SMALL, seed: 2 });
      server.fault('/big', 'all', { stallAfterBytes: 2 * MIB });
      server.fault('/small', 'all', { trickle: { bytes: 2000, everyMs: 50 }, cut: { afterBytes: 80_000, by: 'fin' } });
      const two = second.begin(small, { root: first.root });
      await second.waitUntil(() => receivedBytes(two) > 0);
      const one = first.begin(big);
      assertFailed(await two.outcome, 'truncated');
      assert.ok(waits(second));
      first.cancel(one.id);
      assertFailed(await one.outcome, 'cancelled');
    }));

  it('B27 B10 a second one that wants another file there is refused, and the first one stays', async () => {
    const second = await EngineUnderTest.start({ clock: systemClock, config: { stateDir: first.stateDir } });
    try {
      const [url, other] = [
        server.serve('/a', { sizeBytes: SMALL, seed: 1 }),
        server.serve('/b', { sizeBytes: SMALL, seed: 2 }),
      ];
      const bodyGate = server.waitUntil(() => server.requests.length >= 2);
      server.fault(null, 'all', { bodyGate });
      const outcomes = await Promise.all([
        first.fetch(url, { root: first.root }),
        second.fetch(other, { root: first.root }),
      ]);
      const done = outcomes.flatMap((outcome) => (outcome.type === 'done' ? [outcome] : []));
      const failed = outcomes.flatMap((outcome) => (outcome.type === 'failed' ? [outcome.error.code] : []));
      assert.equal(done.length, 1);
      assert.deepEqual(failed, ['destinationExists']);
      assert.deepEqual(readFileSync(first.folder.at('root', 'out.bin')), done[0]?.bytes);
    } finally {
      await second.dispose();
    }
  });
});
