// A window in which no folder is open: there is no workspace to put files in, so the person says where.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { sampleAssets } from '../support/sampleServer';
import { bytesOf, useSession } from './session';

describe('a window without a folder', () => {
  const session = useSession({ workspaceFolder: null });

  it('asks for the whole path of the file and saves it there', async () => {
    const { workbench, samples, folder } = session();
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.quickInput.typeInInputBox(samples.urlOf('font'), 'Address of the file');
    await workbench.quickInput.enterPath(folder.at('chosen.ttf'));
    await workbench.notifications.waitFor(/^Saved chosen\.ttf/);
    assert.deepEqual(readFileSync(folder.at('chosen.ttf')), bytesOf(sampleAssets.font));
  });
});
