// A workspace of several folders, each with a list of its own.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { entryFor, urlOf, type HostedFile } from '../support/assetHost';
import { assertBody } from '../support/body';
import { useAssetSession } from './assetSession';

const ofClient: HostedFile = { path: '/v1/client.bin', seed: 71, sizeBytes: 40_000 };
const ofServer: HostedFile = { path: '/v1/server.bin', seed: 72, sizeBytes: 50_000 };
const added: HostedFile = { path: '/v1/added.bin', seed: 73, sizeBytes: 60_000 };

const listOf = (file: HostedFile): string =>
  JSON.stringify({ version: 1, assets: [entryFor(file, 'models/model.bin')] }, null, 2);

describe('a workspace of two folders with a list each', () => {
  const session = useAssetSession({
    hosted: [ofClient, ofServer, added],
    assets: null,
    files: {
      'client/asset-fetch.json': listOf(ofClient),
      'server/asset-fetch.json': listOf(ofServer),
      'both.code-workspace': JSON.stringify({ folders: [{ path: 'client' }, { path: 'server' }] }),
    },
    workspaceFile: 'both.code-workspace',
  });

  it('is offered to be set up with one question, and each file lands beside its own list', async () => {
    const { workbench } = session();
    assert.match(await workbench.notifications.waitFor(/This workspace lists/), /2 files that are not here/);
    await workbench.screenshot('multi-root-offer');
    await workbench.notifications.click(/This workspace lists/, 'Fetch');
    await workbench.notifications.waitFor(/Workspace assets: .*2 fetched/);
    assertBody(session().read('client/models/model.bin'), ofClient.seed);
    assertBody(session().read('server/models/model.bin'), ofServer.seed);
  });

  it('offers the list of each folder as a task', async () => {
    const { workbench } = session();
    await workbench.runCommand('Tasks: Run Task');
    await workbench.quickInput.waitFor('asset-fetch');
    await workbench.quickInput.pick('asset-fetch');
    await workbench.quickInput.waitFor('fetch workspace assets');
    const tasks = (await workbench.quickInput.labels()).filter((label) => label.includes('fetch workspace assets'));
    await workbench.screenshot('multi-root-tasks');
    await workbench.quickInput.cancel();
    assert.equal(tasks.length, 2, tasks.join());
  });

  it('asks whose list an address is added to', async () => {
    const { workbench } = session();
    await workbench.runCommand('Asset Fetch: Add URL to Workspace Assets…');
    await workbench.quickInput.waitFor('The Asset List of Which Folder?');
    await workbench.quickInput.pick('server');
    await workbench.quickInput.typeInInputBox(urlOf(added.path), 'Address of the file');
    await workbench.quickInput.typeInInputBox('added.bin', 'Path in server');
    await workbench.notifications.waitFor(/added to server\/asset-fetch\.json with its hash/);
    assertBody(session().read('server/added.bin'), added.seed);
    assert.equal((JSON.parse(session().read('server/asset-fetch.json').toString()) as { assets: [] }).assets.length, 2);
    assert.equal(session().read('client/asset-fetch.json').toString(), listOf(ofClient));
  });

  it('asks which folder a download goes to, and takes a dismissal for an answer', async () => {
    const { workbench, folder, host } = session();
    const requestsBefore = host.requests.length;
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.quickInput.typeInInputBox(urlOf(added.path), 'Address of the file');
    await workbench.quickInput.waitFor('Download into Which Folder?');
    await workbench.quickInput.cancel();
    await workbench.runCommand('Asset Fetch: Open Asset List');
    await workbench.quickInput.waitFor('The Asset List of Which Folder?');
    await workbench.quickInput.cancel();
    assert.equal(host.requests.length, requestsBefore);
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.quickInput.typeInInputBox(urlOf(added.path), 'Address of the file');
    await workbench.quickInput.pick('client', 'Download into Which Folder?');
    await workbench.quickInput.typeInInputBox('added.bin', 'client');
    await workbench.notifications.waitFor(/^Saved added\.bin/);
    assertBody(session().read('client/added.bin'), added.seed);
    assert.equal(existsSync(folder.at('added.bin')), false);
  });
});
