// Downloads that start where a person sees a URL or a folder: the editor, its hover, the explorer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { sampleAssets } from '../support/sampleServer';
import { bytesOf, useSession } from './session';

/** Line of downloads.md that holds the model's URL and nothing else. */
const modelLine = 5;
const menuItem = 'Download File at URL…';

describe('a URL in an editor', () => {
  const session = useSession();

  it('is downloaded from the context menu', async () => {
    const { workbench, folder } = session();
    await workbench.openFile('downloads.md');
    await workbench.editor.rightClickAt(modelLine, 20, menuItem);
    await workbench.screenshot('context-menu');
    await workbench.editor.chooseMenuItem(menuItem);
    await workbench.quickInput.accept('Path in');
    await workbench.notifications.waitFor(/^Saved tiny-model\.onnx/);
    assert.deepEqual(readFileSync(folder.at('tiny-model.onnx')), bytesOf(sampleAssets.model));
  });

  it('is offered in a hover', async () => {
    const { workbench } = session();
    const hover = await workbench.editor.hoverAt(modelLine, 24);
    await hover
      .getByText(/Download/)
      .first()
      .waitFor();
    await workbench.screenshot('hover');
    await workbench.page.keyboard.press('Escape');
  });

  it('is asked for kindly where there is none', async () => {
    const { workbench } = session();
    await workbench.editor.rightClickAt(1, 4, menuItem);
    await workbench.editor.chooseMenuItem(menuItem);
    await workbench.notifications.waitFor(/no address at the cursor/);
  });

  it('is one of several in a selection, all of which are fetched', async () => {
    const { workbench } = session();
    await workbench.openFile('downloads.md');
    await workbench.editor.select({ line: modelLine + 1, column: 1 }, { line: modelLine + 2, column: 9 });
    await workbench.runCommand('Asset Fetch: Download File at URL…');
    await workbench.quickInput.waitFor('Download Files');
    await workbench.screenshot('several-urls');
    await workbench.page.keyboard.press('Enter');
    await workbench.notifications.waitFor(/^Saved 2 files/, 40_000);
    for (const name of ['city-map.tiles', 'résumé 2026.csv']) assert.ok(session().files().includes(name), name);
  });
});

describe('a folder in the explorer', () => {
  const session = useSession();

  it('receives a file from its context menu', async () => {
    const { workbench, samples, folder } = session();
    await workbench.editor.rightClickInExplorer('assets', 'Download File Here…');
    await workbench.editor.chooseMenuItem('Download File Here…');
    await workbench.quickInput.typeInInputBox(samples.urlOf('font'), 'Address of the file');
    await workbench.quickInput.waitFor('Path in');
    assert.equal(await workbench.quickInput.value(), 'assets/atlas-regular.ttf');
    await workbench.quickInput.accept('Path in');
    await workbench.notifications.waitFor(/^Saved atlas-regular\.ttf/);
    assert.deepEqual(readFileSync(folder.at('assets/atlas-regular.ttf')), bytesOf(sampleAssets.font));
  });
});
