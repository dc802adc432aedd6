// The host's handle on the real engine thread, dist/worker.js: how much it says, and what is left when it dies.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { makeRequest, type FetchRequest } from '../../../src/assets/request';
import { EngineClient } from '../../../src/bridge/engineClient';
import { defaultEngineConfig, type EngineConfig, type TransferEvent } from '../../../src/bridge/protocol';
import { inspectJournal } from '../../../src/engine/journal';
import { transferFolder } from '../../../src/engine/transferFolder';
import { bodySha256 } from '../../support/body';
import { FaultServer } from '../../support/faultServer';
import { TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';

const MIB = 1 << 20;
const WORKER = join(__dirname, '..', '..', '..', 'dist', 'worker.js');
/** As DESIGN.md and docs/reliability.md have it. */
const MOST_PROGRESS_PER_SECOND = 10;

describe('the engine’s thread', function () {
  this.timeout(120_000);
  let temp: TempFolder;
  let server: FaultServer;
  const clients: EngineClient[] = [];
  const logged: string[] = [];
  beforeEach(async () => {
    temp = await TempFolder.make('worker');
    mkdirSync(temp.at('root'));
    server = await FaultServer.start();
    logged.length = 0;
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
    await server.close();
    await temp.dispose();
  });

  function startClient(workerPath: string, more: Partial<EngineConfig>): EngineClient {
    const config = { ...defaultEngineConfig, stateDir: temp.at('state'), useSystemCertificates: false, ...more };
    const onLog = (level: string, text: string): void => void logged.push(`${level}: ${text}`);
    const client = new EngineClient({ workerPath, config, onLog });
    clients.push(client);
    return client;
  }

  function requestOf(url: string, path: string): FetchRequest {
    return makeRequest({ urls: [url], root: temp.at('root'), path });
  }

  it('D07 tells of progress ten times a second at most, however many chunks come to 50 transfers', async () => {
    const client = startClient(WORKER, { filesAtOnce: 50, connectionsPerHost: 50, connectionsInAll: 50 });
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const url = server.serve(`/${index}`, { sizeBytes: 200_000, seed: index + 1 });
        server.fault(`/${index}`, 'all', { trickle: { bytes: 100, everyMs: 1 } });
        const events: TransferEvent[] = [];
        const startMs = performance.now();
        await client.start(requestOf(url, `${index}.bin`), { onEvent: (event) => events.push(event) });
        const seconds = (performance.now() - startMs) / 1_000;
        assert.ok(seconds > 1, `${seconds} s are too few to tell`);
        const told = events.filter(({ type }) => type === 'progress').length;
        // The first and the last come whenever they do.
        assert.ok(told <= seconds * MOST_PROGRESS_PER_SECOND + 2, `${told} in ${seconds.toFixed(1)} s`);
        assert.ok(told > 1, 'progress was told');
        assert.ok(events.length - told <= 5, events.map(({ type }) => type).join());
      }),
    );
    assert.ok(logged.length <= 50, logged.join('\n'));
  });

  // All at once: a new thread waits ten seconds until the old one's silence proves that its lease is void.
  it('D10 I2 keeps what is on disk where the thread dies under a transfer, and a new one goes on from there', async () => {
    await Promise.all(
      [
        ['throws', `throw new Error('made to die')`],
        ['exits', 'process.exit(7)'],
        ['runs out of memory', 'const held = []; for (;;) held.push(new Array(1e6).fill(held.length));'],
      ].map(([how = '', code = '']) => dieAndGoOn(how, code)),
    );
    assert.equal(logged.filter((line) => line.startsWith('error: The engine stopped')).length, 3, logged.join('\n'));
  });

  async function dieAndGoOn(how: string, code: string): Promise<void> {
    const killer = new BroadcastChannel(`${temp.path} ${how}`);
    const engine = startClient(writeMortalWorker(killer.name, code), { stateDir: temp.at(how) });
    const url = server.serve(`/${how.length}`, { sizeBytes: 4 * MIB, seed: 1 });
    const path = `${how}.bin`;
    server.fault(new URL(url).pathname, 0, { stallAfterBytes: 3 * MIB });
    let key = '';
    const onEvent = (event: TransferEvent): void => {
      if (event.type === 'started') key = event.key;
    };
    const running = engine.start(requestOf(url, path), { onEvent });
    while (key === '' || (await keptBytes(how, key)) < MIB) await sleep(5);
    const kept = await keptBytes(how, key);
    killer.postMessage('die');
    const result = await running;
    killer.close();
    assert.equal(result.sha256, bodySha256(1, 4 * MIB), how);
    assert.ok(result.resumedBytes >= kept, `${how}: ${result.resumedBytes} of ${kept} bytes were taken up`);
    const [, second, ...more] = server.requestsTo(new URL(url).pathname);
    assert.deepEqual([second?.rangeStart, more.length], [result.resumedBytes, 0], how);
  }

  /** dist/worker.js, which runs `code` as soon as anything is said in the channel. */
  function writeMortalWorker(channel: string, code: string): string {
    const path = temp.at(`${randomUUID()}.cjs`);
    const lines = [
      `const { BroadcastChannel } = require('node:worker_threads');`,
      `const channel = new BroadcastChannel(${JSON.stringify(channel)});`,
      `channel.onmessage = () => setImmediate(() => { ${code} });`,
      'channel.unref();',
      `require(${JSON.stringify(WORKER)});`,
    ];
    writeFileSync(path, lines.join('\n'));
    return path;
  }

  /** The bytes that the journal of a transfer vouches for. */
  async function keptBytes(stateDir: string, key: string): Promise<number> {
    const journal = await inspectJournal(makeDisk(), transferFolder(temp.at(stateDir), key));
    return journal.type === 'found' ? (journal.kept[0]?.[1] ?? 0) : 0;
  }
});
