// Workspaces of a .code-workspace file: folders whose names are made to look like links, and none at all.
import assert from 'node:assert/strict';
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { urlOf, type HostedFile } from '../support/assetHost';
import { assertBody } from '../support/body';
import { useAssetSession } from './assetSession';

const hosted: HostedFile = { path: '/v1/a.bin', seed: 71, sizeBytes: 40_000 };

describe('a workspace folder with a link for a name', () => {
  const session = useAssetSession({
    hosted: [hosted],
    assets: null,
    files: {
      'client/real/x.txt': 'x',
      'named.code-workspace': JSON.stringify({
        folders: [{ path: 'client', name: '[Help](command:workbench.action.openSettings)' }],
      }),
    },
    workspaceFile: 'named.code-workspace',
  });

  it('C51 makes no link of it, and takes a link to a folder for the folder', async () => {
    const { workbench, folder } = session();
    symlinkSync(folder.at('client/real'), folder.at('client/models'));
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.quickInput.typeInInputBox(urlOf(hosted.path), 'Address of the file');
    await workbench.quickInput.waitFor('Path in [Help]');
    assert.equal(await workbench.quickInput.widget.locator('.quick-input-message a').count(), 0);
    await workbench.quickInput.typeInInputBox('models', 'Path in');
    await workbench.notifications.waitFor(/^Saved a\.bin/);
    assert.ok(lstatSync(folder.at('client/models')).isSymbolicLink());
    assertBody(session().read('client/real/a.bin'), hosted.seed);
  });
});

describe('a workspace file without folders', () => {
  const session = useAssetSession({
    hosted: [hosted],
    assets: null,
    files: { 'none.code-workspace': JSON.stringify({ folders: [] }) },
    workspaceFile: 'none.code-workspace',
    // As people write it who know NO_PROXY.
    settings: { 'http.noProxy': '127.0.0.1,localhost' },
  });

  it('asks for the whole path of a file, as a window without a folder does', async () => {
    const { workbench, folder } = session();
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.quickInput.typeInInputBox(urlOf(hosted.path), 'Address of the file');
    await workbench.quickInput.enterPath(folder.at('chosen.bin'));
    await workbench.notifications.waitFor(/^Saved chosen\.bin/);
    assertBody(readFileSync(folder.at('chosen.bin')), hosted.seed);
  });
});
