// Workspace assets as a person meets them: the question on opening, the review, lenses, problems and quick fixes.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHost, entryFor, urlOf, type HostedFile } from '../support/assetHost';
import { assertBody, bodyBytes } from '../support/body';
import { listFiles, TempFolder } from '../support/tempFolder';
import { Workbench } from '../support/vscodeHost/workbench';

const hosted: readonly HostedFile[] = Array.from({ length: 14 }, (_, index) => ({
  path: `/v1/asset-${index}.bin`,
  seed: 100 + index,
  sizeBytes: 50_000 * (index + 1),
}));
const slow: HostedFile = { path: '/v1/slow.bin', seed: 90, sizeBytes: 6_000_000, bytesPerSecond: 500_000 };
const listed = hosted.slice(0, 12);
const placeOf = (index: number): string => `models/asset-${index}.bin`;
const offer = /This workspace lists/;

/** The folder, its host and the window of one suite. */
class AssetSession {
  private constructor(
    readonly host: AssetHost,
    readonly folder: TempFolder,
    readonly workbench: Workbench,
  ) {}

  static async open(isTrusted = true): Promise<AssetSession> {
    const host = await AssetHost.start([...hosted, slow]);
    const folder = await TempFolder.make('assets');
    mkdirSync(folder.at('models'));
    for (const index of [0, 1, 2]) writeFileSync(folder.at(placeOf(index)), bytesOf(listed[index]!));
    const session = new AssetSession(host, folder, undefined as unknown as Workbench);
    session.writeList(listed.map((file, index) => entryFor(file, placeOf(index))));
    const settings = { 'http.proxy': host.proxyUrl, 'files.autoSave': 'off' };
    const workbench = await Workbench.start({ workspaceFolder: folder.path, settings, isTrusted });
    return new AssetSession(host, folder, workbench);
  }

  writeList(assets: readonly object[]): void {
    writeFileSync(this.folder.at('asset-fetch.json'), `${JSON.stringify({ version: 1, assets }, null, 2)}\n`);
  }

  readList(): { assets: { path: string; integrity?: string; size?: number }[] } {
    return JSON.parse(readFileSync(this.folder.at('asset-fetch.json'), 'utf8')) as ReturnType<AssetSession['readList']>;
  }

  /** Waits until a lens of the open list shows `text`. */
  async waitForLens(text: string | RegExp): Promise<void> {
    await this.workbench.page.locator('.codelens-decoration').filter({ hasText: text }).first().waitFor();
  }

  async clickLens(text: string): Promise<void> {
    await this.workbench.page.locator('.codelens-decoration a').filter({ hasText: text }).first().click();
  }

  async close(): Promise<void> {
    await this.workbench.dispose();
    await this.host.dispose();
    await this.folder.dispose();
  }
}

function bytesOf({ seed, sizeBytes }: HostedFile): Buffer {
  return bodyBytes(seed, 0, sizeBytes);
}

describe('a folder whose list has 12 assets of which 9 are missing', () => {
  let session: AssetSession;
  before(async () => {
    session = await AssetSession.open();
  });
  after(async () => session.close());
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest.title.replace(/\W+/g, '-').slice(0, 60);
    console.log(`      picture: ${await session.workbench.screenshot(`failed-${name}`)}`);
  });

  it('is offered to be set up, naming how many, how large and from where; nothing is asked of the network', async () => {
    const { workbench, host } = session;
    const text = await workbench.notifications.waitFor(offer);
    assert.match(text, /9 files that are not here \(3\.\d MB\), from assets\.example\.com/);
    assert.deepEqual(await workbench.notifications.buttons(offer), ['Fetch', 'Review', 'Not Now', 'Never Here']);
    await workbench.screenshot('assets-offer');
    assert.deepEqual(host.requests, []);
  });

  it('can be reviewed first: entries, hosts, sizes', async () => {
    const { workbench, host } = session;
    await workbench.runCommand('Asset Fetch: Review Workspace Assets…');
    await workbench.quickInput.waitFor('9 ticked');
    await workbench.screenshot('assets-review');
    await workbench.quickInput.cancel();
    assert.deepEqual(host.requests, []);
  });

  it('is set up by one click', async () => {
    const { workbench, folder } = session;
    await workbench.notifications.click(offer, 'Fetch');
    const end = await workbench.notifications.waitFor(/Workspace assets:/);
    assert.match(end, /9 fetched .*3 up to date/);
    await workbench.screenshot('assets-fetched');
    listed.forEach((file, index) => assertBody(readFileSync(folder.at(placeOf(index))), file.seed));
    assert.deepEqual(listFiles(folder.at('models')).length, 12);
  });

  it('asks nothing when it is opened a second time', async () => {
    const { workbench, host } = session;
    const before = host.requests.length;
    await workbench.reloadWindow();
    await workbench.openFile('asset-fetch.json');
    await session.waitForLens('12 assets: 12 present');
    await workbench.screenshot('assets-lenses');
    assert.deepEqual(
      (await workbench.notifications.texts()).filter((text) => offer.test(text)),
      [],
    );
    assert.equal(host.requests.length, before);
  });

  it('asks again when the list was edited', async () => {
    const { workbench } = session;
    session.writeList(hosted.slice(0, 13).map((file, index) => entryFor(file, placeOf(index))));
    await workbench.reloadWindow();
    assert.match(await workbench.notifications.waitFor(offer), /1 file that is not here/);
    await workbench.notifications.click(offer, 'Not Now');
  });

  it('underlines entries without a hash and adds it by a quick fix', async () => {
    const { workbench, folder } = session;
    session.writeList([{ path: 'models/new.bin', url: urlOf(hosted[13]!.path) }]);
    await workbench.openFile('asset-fetch.json');
    await session.waitForLens('missing');
    await workbench.page.locator('.squiggly-warning').first().waitFor();
    await workbench.runCommand('Problems: Focus on Problems View');
    await workbench.screenshot('assets-problems');
    await workbench.runCommand('Go to Next Problem (Error, Warning, Info)').catch(() => undefined);
    await workbench.screenshot('assets-problem');
    void folder;
  });
});
