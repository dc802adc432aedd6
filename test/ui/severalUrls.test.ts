// Several URLs of an editor at once: which, where to, and what becomes of files in the way.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { urlOf, type HostedFile } from '../support/assetHost';
import { assertBody } from '../support/body';
import { useAssetSession } from './assetSession';

const hosted: readonly HostedFile[] = ['a', 'b', 'c'].map((name, index) => ({
  path: `/v1/${name}.bin`,
  seed: 71 + index,
  sizeBytes: 40_000,
}));

describe('several URLs of an editor', () => {
  const session = useAssetSession({
    hosted,
    assets: null,
    files: { 'urls.txt': hosted.map(({ path }) => urlOf(path)).join('\n'), 'sub/x.txt': 'x' },
  });

  async function choose(): Promise<void> {
    const { workbench } = session();
    await workbench.openFile('urls.txt');
    await workbench.page.keyboard.press('Control+A');
    await workbench.runCommand('Asset Fetch: Download File at URL…');
    await workbench.quickInput.waitFor('Download Files');
  }

  it('stay ticked as they were when another folder is chosen', async () => {
    const { workbench, folder } = session();
    await choose();
    const boxes = workbench.quickInput.widget.locator('.monaco-list-row .monaco-custom-toggle');
    await boxes.nth(0).click();
    await boxes.nth(2).click();
    await workbench.quickInput.clickButton('Choose Another Folder…');
    await workbench.quickInput.pick('sub', 'Download File Here');
    await workbench.page.waitForFunction(`document.querySelector('.quick-input-box input').value.endsWith('/sub/')`);
    await workbench.quickInput.widget.getByRole('button', { name: 'Download Here' }).click();
    await workbench.quickInput.waitFor('Download Files into sub');
    await workbench.page.keyboard.press('Enter');
    await workbench.notifications.waitFor(/^Saved 1 file\.$/);
    assert.deepEqual(folder.files(), ['sub/b.bin', 'sub/x.txt', 'urls.txt']);
  });

  it('ask once about all files in the way', async () => {
    const { workbench, folder } = session();
    writeFileSync(folder.at('sub/a.bin'), 'mine');
    await choose();
    await workbench.page.keyboard.press('Enter');
    const dialog = await workbench.notifications.waitForDialog('2 files exist already');
    assert.match(dialog, /a\.bin\s+b\.bin/);
    await workbench.notifications.answerDialog('2 files exist already', 'Replace');
    await workbench.notifications.waitFor(/^Saved 3 files\.$/);
    assertBody(session().read('sub/a.bin'), hosted[0]!.seed);
  });
});
