// Lists and files that change while a message about them stands there, and lists that are broken.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { entryFor, type HostedFile } from '../support/assetHost';
import { assertBody } from '../support/body';
import { useAssetSession } from './assetSession';

const former: HostedFile = { path: '/v1/a.bin', seed: 71, sizeBytes: 40_000 };
const newer: HostedFile = { path: '/v2/a.bin', seed: 72, sizeBytes: 41_000 };
const offer = /This workspace lists/;

describe('an offer that is answered late', () => {
  const session = useAssetSession({ hosted: [former, newer], assets: [entryFor(former, 'a.bin')] });

  it('leaves alone what a person put in the place of the old version', async () => {
    const { workbench, folder } = session();
    await workbench.notifications.click(offer, 'Fetch');
    await workbench.notifications.waitFor(/1 fetched/);
    session().writeList([entryFor(newer, 'a.bin')]);
    await workbench.reloadWindow();
    await workbench.notifications.waitFor(/Older versions of 1 are replaced/);
    writeFileSync(folder.at('a.bin'), 'my own work');
    await workbench.notifications.click(offer, 'Fetch');
    await workbench.notifications.waitFor(/Left alone, since .*: a\.bin/);
    assert.equal(session().read('a.bin').toString(), 'my own work');
  });

  it('of a list that is broken by then is none: the next start is silent, and verifying says why', async () => {
    const { workbench, folder } = session();
    writeFileSync(folder.at('asset-fetch.json'), '{ "version": 1, "assets": [ { "path": "a.bin", ');
    await workbench.reloadWindow();
    await workbench.runCommand('Asset Fetch: Verify Workspace Assets');
    await workbench.notifications.waitFor(/Nothing was done, since the asset list has (an error|\d errors)\./);
    // The progress of verifying may still be fading.
    const others = (await workbench.notifications.texts()).filter((text) => text !== 'Verifying workspace assets');
    assert.equal(others.length, 1, others.join('\n'));
  });
});

describe('a workspace to which folders are added', () => {
  const listOf = (file: HostedFile): string => JSON.stringify({ version: 1, assets: [entryFor(file, 'a.bin')] });
  const workspaceOf = (...paths: string[]): string => JSON.stringify({ folders: paths.map((path) => ({ path })) });
  const session = useAssetSession({
    hosted: [former, newer],
    assets: null,
    files: {
      'client/asset-fetch.json': listOf(former),
      'server/x.txt': 'x',
      'third/asset-fetch.json': listOf(newer),
      'all.code-workspace': workspaceOf('client', 'server'),
    },
    workspaceFile: 'all.code-workspace',
  });

  it('asks about the added folder alone, not again about one that was left for later', async () => {
    const { workbench, folder } = session();
    await workbench.notifications.click(offer, 'Not Now');
    writeFileSync(folder.at('all.code-workspace'), workspaceOf('client', 'server', 'third'));
    assert.match(await workbench.notifications.waitFor(offer), /1 file that is not here/);
    await workbench.notifications.click(offer, 'Fetch');
    await workbench.notifications.waitFor(/1 fetched/);
    assertBody(session().read('third/a.bin'), newer.seed);
  });
});
