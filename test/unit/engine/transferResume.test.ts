// Resuming and ending transfers whose state is made late, through the whole engine.
import assert from 'node:assert/strict';
import { mkdir, realpath } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { FileHandle, FileSystem } from '../../../src/engine/fileSystem';
import { nodeFileSystem } from '../../../src/engine/fileSystem';
import { EngineUnderTest, receivedBytes } from '../../support/engineUnderTest';
import { FaultServer } from '../../support/faultServer';
import { afterReboot, makeDisk } from '../../support/testDisk';
import { assertDone, assertFailed } from '../../support/outcome';

const SIZE = 300_000;

/** A file system that counts open handles and can be told to take its time. */
function watchHandles(delay: () => Promise<void>): { fileSystem: FileSystem; open: Map<FileHandle, string> } {
  const open = new Map<FileHandle, string>();
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    async open(...args) {
      await delay();
      const handle = await nodeFileSystem.open(...args);
      open.set(handle, args[0]);
      const close = handle.close.bind(handle);
      handle.close = async () => {
        open.delete(handle);
        await close();
      };
      return handle;
    },
  };
  return { fileSystem, open };
}

describe('resuming', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let engine: EngineUnderTest;
  beforeEach(async () => {
    server = await FaultServer.start();
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  it('B23 goes on where the destination folder has come to exist since the first run', async () => {
    engine = await EngineUnderTest.start({ config: { retries: 0 } });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
    server.fault('/a', 0, { cut: { afterBytes: 100_000, by: 'fin' } });
    assertFailed(await engine.fetch(url, { path: 'new/out.bin' }), 'truncated');
    await engine.restart();
    await mkdir(engine.folder.at('root', 'new'), { recursive: true });
    const root = await realpath(engine.folder.at('root', 'new'));
    const result = assertDone(await engine.fetch(url, { root, path: 'out.bin' }), 1, SIZE);
    assert.equal(result.resumedBytes, 100_000);
  });

  it('B24 keeps every byte over a restart of the machine where it was cancelled before', async () => {
    let { processes } = makeDisk();
    const disk = {
      get processes() {
        return processes;
      },
    };
    engine = await EngineUnderTest.start({ disk });
    const url = server.serve('/a', { sizeBytes: 4_000_000, seed: 1 });
    server.fault('/a', 0, { stallAfterBytes: 3_000_000 });
    const running = engine.begin(url);
    await engine.waitUntil(() => receivedBytes(running) >= 3_000_000);
    engine.cancel(running.id);
    assertFailed(await running.outcome, 'cancelled');
    processes = afterReboot(makeDisk());
    await engine.restart();
    const result = assertDone(await engine.fetch(url), 1, 4_000_000);
    assert.equal(result.resumedBytes, 3_000_000);
  });

  it('D11 leaves no handle open and no lease held where a transfer is cancelled while its part file is being made', async () => {
    let passed = 0;
    const watched = watchHandles(async () => {
      passed += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
    });
    engine = await EngineUnderTest.start({ disk: { fileSystem: watched.fileSystem } });
    for (let round = 0; round < 12; round++) {
      // Without a validator nothing is worth keeping, so that nothing else waits for the file.
      const url = server.serve(`/${round}`, { sizeBytes: SIZE, seed: 1, etag: null });
      server.fault(`/${round}`, 'all', { stallAfterBytes: 1000 });
      const before = passed;
      const running = engine.begin(url, { path: `${round}.bin` });
      await server.waitUntil(() => (server.requestsTo(`/${round}`)[0]?.bytesSent ?? 0) >= 1000);
      while (passed === before) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, round * 10));
      engine.cancel(running.id);
      assertFailed(await running.outcome, 'cancelled');
    }
    await engine.restart();
    assert.deepEqual([...watched.open.values()], []);
    assert.deepEqual(
      engine.listState().filter((file) => file.includes('lease')),
      [],
    );
  });
});
