import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import {
  findStateFolders,
  mayHoldTransfers,
  noteStateFolder,
  type StoragePlaces,
} from '../../../src/editor/stateFolders';
import { TempFolder } from '../../support/tempFolder';

describe('state folders', () => {
  let temp: TempFolder;
  beforeEach(async () => (temp = await TempFolder.make('storage')));
  afterEach(() => temp.dispose());

  function places(storageId: string | null, workspaceIdentity = 'w'): StoragePlaces {
    const workspaceStorage =
      storageId === null ? null : temp.at('workspaceStorage', storageId, 'asset-fetch.asset-fetch');
    return { workspaceStorage, globalStorage: temp.at('globalStorage'), workspaceIdentity };
  }

  async function othersOf(storageId: string, workspaceIdentity = 'w'): Promise<readonly string[]> {
    return (await findStateFolders(places(storageId, workspaceIdentity))).otherStateDirs;
  }

  it('are in the global storage where no folder is open', async () => {
    assert.deepEqual(await findStateFolders(places(null)), { stateDir: temp.at('globalStorage'), otherStateDirs: [] });
  });

  it('find the siblings that a server host makes for further windows, and no others', async () => {
    for (const id of ['abc', 'abc-1', 'abc-2', 'abcd', 'abc-x', 'ab']) {
      mkdirSync(temp.at('workspaceStorage', id, 'asset-fetch.asset-fetch'), { recursive: true });
    }
    const found = ['abc-2', 'abc'].map((id) => temp.at('workspaceStorage', id, 'asset-fetch.asset-fetch'));
    assert.deepEqual([...(await othersOf('abc-1'))].sort(), found);
  });

  it('find a former folder of the same workspace under another id', async () => {
    await noteStateFolder(places('first'));
    await noteStateFolder(places('other', 'another workspace'));
    assert.deepEqual(await othersOf('second'), [places('first').workspaceStorage]);
  });

  it('forget a noted folder that is gone', async () => {
    await noteStateFolder(places('first'));
    rmSync(temp.at('workspaceStorage', 'first'), { recursive: true });
    assert.deepEqual(await othersOf('second'), []);
  });

  it('tell without the engine whether there may be transfers', async () => {
    const folders = await findStateFolders(places('first'));
    assert.equal(await mayHoldTransfers(folders), false);
    mkdirSync(temp.at('workspaceStorage', 'first', 'asset-fetch.asset-fetch', 'transfers', 'key'), { recursive: true });
    assert.equal(await mayHoldTransfers(folders), true);
  });
});
