// What is asked by name before a list may do it, and what a person sees of a run.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { entryFor, type HostedFile } from '../support/assetHost';
import { assertBody } from '../support/body';
import { SampleServer, sampleAssets } from '../support/sampleServer';
import { sampleIntegrity } from '../support/sampleWorkspace';
import { useAssetSession } from './assetSession';

const small: HostedFile = { path: '/v1/small.bin', seed: 51, sizeBytes: 40_000 };
const edited: HostedFile = { path: '/v1/edited.bin', seed: 52, sizeBytes: 50_000 };
const settings: HostedFile = { path: '/v1/settings', seed: 53, sizeBytes: 60 };
const slow: HostedFile = { path: '/v1/slow.bin', seed: 54, sizeBytes: 6_000_000, bytesPerSecond: 600_000 };
const hosted = [small, edited, settings, slow];
const assets = [
  entryFor(small, 'models/small.bin'),
  entryFor(edited, 'models/edited.bin'),
  entryFor(settings, '.vscode/mcp.json'),
];

describe('an asset list that wants more than plain files', () => {
  const session = useAssetSession({
    hosted,
    assets,
    files: { 'models/edited.bin': 'my own work' },
    settings: { 'assetFetch.fetchOnOpen': 'never' },
  });

  it('asks nothing on opening where the settings say so', async () => {
    const { workbench } = session();
    await workbench.openFile('asset-fetch.json');
    await session().waitForLens('3 assets: 2 to fetch, 1 modified');
    await workbench.screenshot('assets-states');
    assert.deepEqual(await workbench.notifications.texts(), []);
  });

  it('C05 asks by name for files that tools obey, and leaves them out when told so', async () => {
    const { workbench, folder } = session();
    await workbench.runCommand('Asset Fetch: Fetch Workspace Assets');
    assert.match(
      await workbench.notifications.waitForDialog(/files that tools run or obey/),
      /\.vscode\/mcp\.json from/,
    );
    await workbench.screenshot('assets-sensitive');
    await workbench.notifications.answerDialog(/files that tools/, 'Leave Them Out');
    const end = await workbench.notifications.waitFor(/Workspace assets:/);
    assert.match(end, /1 fetched .*1 changed by hand and left alone, 1 left out/);
    assertBody(session().read('models/small.bin'), small.seed);
    assert.equal(existsSync(folder.at('.vscode/mcp.json')), false);
    assert.equal(session().read('models/edited.bin').toString(), 'my own work');
  });

  it('shows in the review what would be overwritten, unticked', async () => {
    const { workbench } = session();
    await workbench.notifications.click(/Workspace assets:/, 'Review');
    await workbench.quickInput.waitFor('Overwrites a file that was changed by hand');
    await workbench.screenshot('assets-review-overwrite');
    await workbench.quickInput.waitFor('1 ticked');
    await workbench.quickInput.cancel();
    assert.equal(session().read('models/edited.bin').toString(), 'my own work');
  });

  it('overwrites a file that was changed by hand only after asking', async () => {
    const { workbench } = session();
    await session().pressLens(/^\smodified/, 'Fetch');
    await workbench.notifications.waitForDialog(/changed by hand\. Overwrite it/);
    await workbench.screenshot('assets-overwrite');
    await workbench.notifications.answerDialog(/changed by hand/, 'Cancel');
    assert.equal(session().read('models/edited.bin').toString(), 'my own work');
    await session().pressLens(/^\smodified/, 'Fetch');
    await workbench.notifications.answerDialog(/changed by hand/, 'Overwrite');
    await session().waitForLens('2 present, 1 to fetch');
    assertBody(session().read('models/edited.bin'), edited.seed);
  });

  it('C16 asks by name for hosts of a private network before anything is sent to them', async () => {
    const { workbench } = session();
    const samples = await SampleServer.start();
    const font = { path: 'font.ttf', url: samples.urlOf('font'), integrity: sampleIntegrity('font') };
    session().writeList([font]);
    await session().waitForLens('1 asset: 1 to fetch');
    await workbench.runCommand('Asset Fetch: Fetch Workspace Assets');
    const dialog = await workbench.notifications.waitForDialog(/your private network/);
    assert.ok(dialog.includes(new URL(samples.origin).host));
    assert.deepEqual(samples.requests, []);
    await workbench.screenshot('assets-private-host');
    await workbench.notifications.answerDialog(/private network/, 'Allow');
    await session().waitForLens('1 asset: 1 present');
    assertBody(session().read('font.ttf'), sampleAssets.font.seed);
    await samples.dispose();
  });

  it('shows how far a file is above its entry, and stops within a second on Cancel', async () => {
    const { workbench, folder } = session();
    session().writeList([entryFor(slow, 'models/slow.bin')]);
    await session().waitForLens('1 asset: 1 to fetch');
    await session().pressLens('missing', 'Fetch');
    await session().waitForLens(/downloading [1-9]\d? %/);
    await workbench.screenshot('assets-downloading');
    const cancelledMs = performance.now();
    await workbench.notifications.click(/Fetching models\/slow\.bin/, 'Cancel');
    await workbench.notifications.waitFor(/Cancelled; what was received is kept/);
    const tookMs = performance.now() - cancelledMs;
    assert.ok(tookMs < 2000, `it took ${Math.round(tookMs)} ms, the click included`);
    assert.equal(existsSync(folder.at('models/slow.bin')), false);
  });

  it('resumes a cancelled run', async () => {
    const { workbench } = session();
    await workbench.notifications.click(/what was received is kept/, 'Resume');
    await session().waitForLens('1 asset: 1 present');
    assertBody(session().read('models/slow.bin'), slow.seed);
  });

  it('verifies what is there by reading it, and says which file is not as listed', async () => {
    const { workbench, folder } = session();
    await session().pressLens(/^\spresent/, 'Verify');
    await workbench.notifications.waitFor('1 asset: 1 verified.');
    const bytes = session().read('models/slow.bin');
    bytes[1000]! ^= 1;
    writeFileSync(folder.at('models/slow.bin'), bytes);
    await workbench.runCommand('Asset Fetch: Verify Workspace Assets');
    await workbench.notifications.waitFor(/Not as listed: models\/slow\.bin has another hash/);
    await session().waitForLens(/^\smodified/);
    await workbench.screenshot('assets-verified');
  });
});
