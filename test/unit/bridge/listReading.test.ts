// Asset lists that cross from the engine to the host: the question, its ends, and what is believed of the answer.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { parseManifest } from '../../../src/assets/manifest';
import { EngineClient } from '../../../src/bridge/engineClient';
import { isListReading } from '../../../src/bridge/listReading';
import { defaultEngineConfig } from '../../../src/bridge/protocol';

const workerPath = fileURLToPath(new URL('../../support/scriptedEngine.mjs', import.meta.url));

describe('EngineClient.readList', () => {
  let client: EngineClient;
  beforeEach(() => {
    client = new EngineClient({
      workerPath,
      config: { ...defaultEngineConfig, stateDir: '/nowhere' },
      onLog: () => undefined,
    });
  });
  afterEach(async () => client.dispose());

  it('resolves with what the engine read', async () => {
    const { list } = await client.readList('empty', null);
    assert.deepEqual(list.assets, []);
  });

  it('rejects at once when it is aborted, though the engine never answers', async () => {
    const controller = new AbortController();
    const reading = client.readList('never answered', { root: '/r', isThorough: true }, controller.signal);
    controller.abort();
    await assert.rejects(reading, { code: 'cancelled' });
    await assert.rejects(client.readList('empty', null, controller.signal), { code: 'cancelled' });
  });

  it('rejects where the engine crashes over it, and works again', async () => {
    await assert.rejects(client.readList('crash', null), { code: 'engineCrashed' });
    await client.readList('empty', null);
  });

  it('C54 takes an answer of another shape for a crash', async () => {
    await assert.rejects(client.readList('forged', null), { code: 'engineCrashed' });
  });
});

describe('isListReading', () => {
  const text = JSON.stringify({
    version: 1,
    assets: [
      { path: 'a', url: 'https://h.example/a', integrity: `sha256:${'0'.repeat(64)}`, size: 1 },
      { path: 'b', urls: ['https://h.example/b'], platforms: ['linux'] },
    ],
  });
  const reading = () => structuredClone({ list: parseManifest(text), states: [{ type: 'missing' }], error: null });

  it('takes what the parser gives', () => {
    assert.equal(isListReading(reading()), true);
    assert.equal(isListReading({ ...reading(), states: null }), true);
  });

  it('refuses other shapes, whichever part is off', () => {
    const [asset] = reading().list.assets;
    for (const broken of [
      null,
      {},
      { ...reading(), list: { ...reading().list, assets: [{ ...asset, path: 1 }] } },
      { ...reading(), list: { ...reading().list, assets: [{ ...asset, urls: [7] }] } },
      { ...reading(), list: { ...reading().list, assets: [{ ...asset, fields: null }] } },
      { ...reading(), list: { ...reading().list, problems: [{ code: 'x' }] } },
      { ...reading(), states: [{ type: 'elsewhere' }] },
      { ...reading(), error: { code: 'noSuchCode', message: '', details: {} } },
    ]) {
      assert.equal(isListReading(broken), false, JSON.stringify(broken).slice(0, 80));
    }
  });
});
