// Asset lists as they are written: problems, quick fixes, new entries, and the task that waits for them.
import assert from 'node:assert/strict';
import { entryFor, urlOf, type HostedFile } from '../support/assetHost';
import { assertBody, bodySha256 } from '../support/body';
import { useAssetSession } from './assetSession';

const first: HostedFile = { path: '/v1/first.bin', seed: 61, sizeBytes: 40_000 };
const second: HostedFile = { path: '/v1/second.bin', seed: 62, sizeBytes: 50_000 };
const third: HostedFile = { path: '/v1/third.bin', seed: 63, sizeBytes: 1_500_000, bytesPerSecond: 1_000_000 };
const hosted = [first, second, third];
const quiet = { 'assetFetch.fetchOnOpen': 'never' };

const tasks = {
  version: '2.0.0',
  tasks: [
    { label: 'assets', type: 'asset-fetch', manifest: 'asset-fetch.json' },
    {
      label: 'build',
      type: 'process',
      command: 'node',
      args: ['-e', "require('node:fs').copyFileSync('models/third.bin', 'built.bin')"],
      dependsOn: 'assets',
      problemMatcher: [],
    },
  ],
};

describe('a workspace without an asset list', () => {
  const session = useAssetSession({
    hosted,
    assets: null,
    files: { 'readme.txt': `${urlOf(second.path)}\n` },
    settings: quiet,
  });

  it('gets one by adding a URL: fetched, hashed, written', async () => {
    const { workbench } = session();
    await workbench.runCommand('Asset Fetch: Add URL to Workspace Assets…');
    await workbench.quickInput.typeInInputBox(urlOf(first.path), 'Address of the file');
    await workbench.quickInput.typeInInputBox('models/first.bin', 'the same for everybody');
    await workbench.notifications.waitFor(/added to asset-fetch\.json with its hash/);
    await workbench.screenshot('assets-added');
    assertBody(session().read('models/first.bin'), first.seed);
    const integrity = `sha256:${bodySha256(first.seed, first.sizeBytes)}`;
    const entry = { path: 'models/first.bin', url: urlOf(first.path), integrity, size: first.sizeBytes };
    assert.deepEqual(JSON.parse(session().read('asset-fetch.json').toString()), { version: 1, assets: [entry] });
  });

  it('gets another entry from the menu of an address in an editor', async () => {
    const { workbench } = session();
    await workbench.openFile('readme.txt');
    await workbench.editor.rightClickAt(1, 20, 'Add URL to Workspace Assets…');
    await workbench.screenshot('assets-menu');
    await workbench.editor.chooseMenuItem('Add URL to Workspace Assets…');
    await workbench.quickInput.typeInInputBox('models/second.bin', 'the same for everybody');
    await workbench.notifications.waitFor(/second\.bin .* added to asset-fetch\.json/);
    assertBody(session().read('models/second.bin'), second.seed);
    assert.equal((JSON.parse(session().read('asset-fetch.json').toString()) as { assets: object[] }).assets.length, 2);
  });

  it('refuses an entry that the list has already, before anything is fetched', async () => {
    const { workbench, host } = session();
    const requestsBefore = host.requests.length;
    await workbench.runCommand('Asset Fetch: Add URL to Workspace Assets…');
    await workbench.quickInput.typeInInputBox(urlOf(third.path), 'Address of the file');
    await workbench.quickInput.typeInInputBox('models/First.bin', 'the same for everybody');
    await workbench.notifications.waitFor(/are the same file on some systems/);
    assert.equal(host.requests.length, requestsBefore);
  });
});

describe('an asset list being written', () => {
  const session = useAssetSession({
    hosted,
    assets: [{ path: 'models/first.bin', url: urlOf(first.path) }],
    files: { '.vscode/tasks.json': JSON.stringify(tasks) },
    settings: quiet,
  });

  it('has its problems underlined and solved by a quick fix', async () => {
    const { workbench } = session();
    await workbench.openFile('asset-fetch.json');
    await session().waitForLens('missing');
    await workbench.page.locator('.squiggly-warning').first().waitFor();
    await workbench.runCommand('Go to Next Problem in Files (Error, Warning, Info)');
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+.');
    const fix = workbench.page.locator('.action-widget').getByText('Add Hash', { exact: true });
    await fix.waitFor();
    await workbench.screenshot('assets-quick-fix');
    await fix.click();
    await session().waitForLens('1 asset: 1 present');
    const text = session().read('asset-fetch.json').toString();
    assert.ok(text.includes(bodySha256(first.seed, first.sizeBytes)));
    assertBody(session().read('models/first.bin'), first.seed);
  });

  it('is fetched by the task that a build waits for', async () => {
    const { workbench } = session();
    session().writeList([entryFor(first, 'models/first.bin'), entryFor(third, 'models/third.bin')]);
    await session().waitForLens('2 assets: 1 present, 1 to fetch');
    await workbench.runCommand('Tasks: Run Task');
    await workbench.quickInput.pick('build');
    await session().waitForLens('2 assets: 2 present');
    await workbench.page.locator('.explorer-folders-view').getByText('built.bin').waitFor();
    await workbench.screenshot('assets-task');
    assert.deepEqual(session().read('built.bin'), session().read('models/third.bin'));
    assertBody(session().read('built.bin'), third.seed);
  });
});
