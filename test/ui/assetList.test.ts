// A workspace that is set up from its list when it is opened.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { assetHostName, entryFor, type HostedFile } from '../support/assetHost';
import { assertBody } from '../support/body';
import { listFiles } from '../support/tempFolder';
import { hostedBytes, useAssetSession, type AssetSession } from './assetSession';

const hosted: readonly HostedFile[] = Array.from({ length: 13 }, (_, index) => ({
  path: `/v1/asset-${index}.bin`,
  seed: 100 + index,
  sizeBytes: 50_000 * (index + 1),
}));
const placeOf = (index: number): string => `models/asset-${index}.bin`;
const entries = (count: number): object[] =>
  hosted.slice(0, count).map((file, index) => entryFor(file, placeOf(index)));
const present = Object.fromEntries([0, 1, 2].map((index) => [placeOf(index), hostedBytes(hosted[index]!)]));
const offer = /This workspace lists/;

/** Waits for what follows the look at the disk, then tells whether it led to a question. */
async function isOffered({ workbench }: AssetSession): Promise<boolean> {
  return (await workbench.notifications.texts()).some((text) => offer.test(text));
}

describe('a folder whose list has 12 assets of which 9 are missing', () => {
  const session = useAssetSession({ hosted, assets: entries(12), files: present });

  it('is offered to be set up, naming how many, how large and from where; nothing is asked of the network', async () => {
    const { workbench, host } = session();
    const text = await workbench.notifications.waitFor(offer);
    assert.match(
      text,
      new RegExp(`9 files that are not here \\(3\\.\\d MB\\), from ${assetHostName}\\. Fetch them\\?`),
    );
    assert.deepEqual(await workbench.notifications.buttons(offer), ['Fetch', 'Review', 'Not Now', 'Never Here']);
    await workbench.screenshot('assets-offer');
    assert.deepEqual(host.requests, []);
  });

  it('can be reviewed first: entries, hosts, sizes', async () => {
    const { workbench, host } = session();
    await workbench.runCommand('Asset Fetch: Review Workspace Assets…');
    await workbench.quickInput.waitFor('9 ticked');
    await workbench.screenshot('assets-review');
    await workbench.quickInput.cancel();
    assert.deepEqual(host.requests, []);
  });

  it('is set up by one click', async () => {
    const { workbench, folder } = session();
    await workbench.notifications.click(offer, 'Fetch');
    assert.match(await workbench.notifications.waitFor(/Workspace assets:/), /9 fetched .*3 up to date/);
    await workbench.screenshot('assets-fetched');
    for (let index = 0; index < 12; index++) assertBody(session().read(placeOf(index)), hosted[index]!.seed);
    assert.deepEqual(listFiles(folder.at('models')).length, 12);
  });

  it('asks nothing when it is opened a second time', async () => {
    const { workbench, host } = session();
    const requestsBefore = host.requests.length;
    await workbench.reloadWindow();
    await workbench.openFile('asset-fetch.json');
    await session().waitForLens('12 assets: 12 present');
    await workbench.screenshot('assets-lenses');
    assert.equal(await isOffered(session()), false);
    assert.equal(host.requests.length, requestsBefore);
  });

  it('asks again when the list was edited', async () => {
    const { workbench } = session();
    session().writeList(entries(13));
    await workbench.reloadWindow();
    assert.match(await workbench.notifications.waitFor(offer), /1 file that is not here/);
  });

  it('asks no more after Never Here', async () => {
    const { workbench } = session();
    await workbench.notifications.click(offer, 'Never Here');
    await workbench.reloadWindow();
    await session().waitForLens('13 assets: 12 present, 1 to fetch');
    assert.equal(await isOffered(session()), false);
  });
});

describe('a workspace whose lists are always fetched', () => {
  const session = useAssetSession({
    hosted,
    assets: entries(2),
    settings: { 'assetFetch.fetchOnOpen': 'always' },
  });

  it('asks once for a list that nobody approved yet', async () => {
    const { workbench, host } = session();
    await workbench.notifications.waitFor(offer);
    assert.deepEqual(host.requests, []);
    await workbench.notifications.click(offer, 'Fetch');
    await workbench.notifications.waitFor(/2 fetched/);
  });

  it('fetches by itself what an approved list lacks', async () => {
    const { workbench, folder } = session();
    rmSync(folder.at(placeOf(1)));
    await workbench.reloadWindow();
    await workbench.openFile('asset-fetch.json');
    await session().waitForLens('2 assets: 2 present');
    assertBody(session().read(placeOf(1)), hosted[1]!.seed);
    assert.equal(await isOffered(session()), false);
  });

  it('asks again for a list that has changed', async () => {
    const { workbench, host } = session();
    session().writeList(entries(3));
    const requestsBefore = host.requests.length;
    await workbench.reloadWindow();
    assert.match(await workbench.notifications.waitFor(offer), /1 file that is not here/);
    assert.equal(host.requests.length, requestsBefore);
  });
});

describe('a folder with a list in Restricted Mode', () => {
  const session = useAssetSession({
    hosted,
    assets: entries(2),
    isTrusted: false,
    settings: { 'assetFetch.fetchOnOpen': 'always' },
  });

  it('C46 is not offered anything, and its commands refuse: no request, nothing written', async () => {
    const { workbench, host, folder } = session();
    await workbench.runCommand('Asset Fetch: Fetch Workspace Assets');
    await workbench.notifications.waitFor(/off in Restricted Mode/);
    assert.deepEqual(await workbench.notifications.buttons(/Restricted Mode/), ['Manage Workspace Trust']);
    assert.equal(await isOffered(session()), false);
    assert.deepEqual(host.requests, []);
    assert.deepEqual(folder.files(), ['asset-fetch.json']);
  });

  it('C47 is offered to be set up once it is trusted; nothing runs by itself', async () => {
    const { workbench, host } = session();
    await workbench.notifications.click(/Restricted Mode/, 'Manage Workspace Trust');
    await workbench.page.locator('.workspace-trust-editor').getByText('Trust', { exact: true }).first().click();
    await workbench.notifications.waitFor(offer);
    await workbench.screenshot('assets-trusted');
    assert.deepEqual(host.requests, []);
  });
});
