// Asset lists as the engine reads them for the editor, with real files.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { ListReader } from '../../../src/engine/listReader';
import { TransferQueue } from '../../../src/engine/queue';
import { defaultEngineConfig } from '../../../src/bridge/protocol';
import { bodyBytes, bodySha256 } from '../../support/body';
import { TempFolder } from '../../support/tempFolder';

const integrity = `sha256:${bodySha256(1, 1000)}`;
const url = 'https://h.example/f';

function listOf(...assets: readonly object[]): string {
  return JSON.stringify({ version: 1, assets });
}

describe('ListReader', () => {
  let folder: TempFolder;
  let queue: TransferQueue;
  let reader: ListReader;
  beforeEach(async () => {
    folder = await TempFolder.make('list');
    mkdirSync(folder.at('root'));
    queue = new TransferQueue({ ...defaultEngineConfig, stateDir: folder.at('state') }, () => undefined);
    reader = new ListReader(() => queue);
  });
  afterEach(async () => {
    await queue.dispose();
    await folder.dispose();
  });
  const survey = () => ({ root: folder.at('root'), isThorough: false });

  it('says of every entry what is on disk, in the order of the list', async () => {
    writeFileSync(folder.at('root', 'right'), bodyBytes(1, 0, 1000));
    writeFileSync(folder.at('root', 'other'), 'my own work');
    const names = ['right', 'other', 'none'];
    const text = listOf(...names.map((path) => ({ path, url, integrity })));
    const { states, error } = await reader.read('1', text, survey());
    assert.equal(error, null);
    assert.deepEqual(states, [
      { type: 'file', bytes: 1000, content: 'wanted' },
      { type: 'file', bytes: 11, content: 'unknown' },
      { type: 'missing' },
    ]);
  });

  it('does not look at entries for other machines', async () => {
    writeFileSync(folder.at('root', 'tool'), 'for this machine');
    const text = listOf({ path: 'tool', url, platforms: ['sunos'] });
    assert.deepEqual((await reader.read('1', text, survey())).states, [{ type: 'missing' }]);
  });

  it('gives the sound entries of a list that has errors', async () => {
    const { list, states } = await reader.read('1', listOf({ path: '../x', url }, { path: 'a', url }), survey());
    assert.equal(list.manifest, null);
    assert.deepEqual(
      list.assets.map(({ path }) => path),
      ['a'],
    );
    assert.equal(states?.length, 1);
  });

  it('reads the text alone where nobody asks for the disk', async () => {
    const { list, states } = await reader.read('1', listOf({ path: 'a', url }), null);
    assert.equal(list.assets.length, 1);
    assert.equal(states, null);
  });

  it('D02 ends a survey that is cancelled', async () => {
    const text = listOf(...Array.from({ length: 500 }, (_, index) => ({ path: `f${index}`, url, integrity })));
    const reading = reader.read('1', text, survey());
    reader.cancel('1');
    const { states, error } = await reading;
    assert.equal(states, null);
    assert.equal(error?.code, 'cancelled');
  });
});
