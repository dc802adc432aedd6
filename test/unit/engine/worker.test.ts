// The engine's thread and what breaks the protocol.
import assert from 'node:assert/strict';
import { buildSync } from 'esbuild';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeRequest } from '../../../src/assets/request';
import { defaultEngineConfig, type EngineMessage } from '../../../src/bridge/protocol';
import { TempFolder } from '../../support/tempFolder';

/** As esbuild.mjs does: a thread gets none of the loaders of the tests. */
function buildWorker(outfile: string): string {
  const entry = join(__dirname, '../../../src/engine/worker.ts');
  const mainFields = ['module', 'main'];
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', mainFields });
  return outfile;
}

describe('the engine’s thread', () => {
  let folder: TempFolder;
  let worker: Worker;
  before(async () => {
    folder = await TempFolder.make('worker');
    worker = new Worker(buildWorker(folder.at('worker.js')), { execArgv: [] });
  });
  after(async () => {
    await worker.terminate();
    await folder.dispose();
  });

  async function ask(message: object): Promise<EngineMessage> {
    worker.postMessage(message);
    const [answer] = (await once(worker, 'message')) as [EngineMessage];
    return answer;
  }

  it('C54 logs settings that make no sense and goes on', async () => {
    const proxy = { ...defaultEngineConfig.proxy, noProxy: 'localhost' };
    const config = { ...defaultEngineConfig, stateDir: folder.path, proxy };
    assert.equal((await ask({ type: 'configure', config })).type, 'log');
  });

  it('C54 fails what it does not understand, by its id, and goes on', async () => {
    worker.postMessage({ type: 'configure', config: { ...defaultEngineConfig, stateDir: folder.path } });
    const request = makeRequest({ urls: ['https://example.com/'], root: folder.path, path: 'a', maxSizeBytes: 1e16 });
    for (const message of [{ type: 'start', request }, { type: 'discard', key: 7 }, { type: 'sing' }]) {
      const answer = await ask({ ...message, id: '1' });
      assert.ok(answer.type === 'failed' && answer.error.code === 'invalidRequest', message.type);
      assert.equal(answer.id, '1');
    }
    assert.equal((await ask({ type: 'listUnfinished', id: '2' })).type, 'unfinished');
  });
});
