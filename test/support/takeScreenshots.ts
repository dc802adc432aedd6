// `npm run screenshots`: takes the pictures of media/ that the README shows, of a real VS Code at work.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SampleServer } from './sampleServer';
import { quietAboutList, writeSampleWorkspace } from './sampleWorkspace';
import { TempFolder } from './tempFolder';
import { repositoryRoot } from './vscodeHost/paths';
import { Workbench } from './vscodeHost/workbench';

/** Line of downloads.md with the slow sample, which can be seen on its way. */
const mapLine = 7;
const menuItem = 'Download File at URL…';

/** Nothing on the picture but what it is about. */
const pictureSettings = {
  ...quietAboutList,
  'editor.minimap.enabled': false,
  'editor.occurrencesHighlight': 'off',
  'window.commandCenter': false,
};

async function takePictures(workbench: Workbench): Promise<void> {
  const take = async (name: string) => {
    const picture = await workbench.screenshot(name);
    await copyFile(picture, join(repositoryRoot, 'media', `${name}.png`));
    console.log(`media/${name}.png`);
  };
  await workbench.page.setViewportSize({ width: 1000, height: 560 });
  await workbench.openFile('downloads.md');
  await workbench.page.getByText('Activating Extensions').waitFor({ state: 'hidden' });
  await workbench.editor.rightClickAt(mapLine, 20, menuItem);
  await take('context-menu');
  await workbench.editor.chooseMenuItem(menuItem);
  await workbench.quickInput.accept('Path in');
  await workbench.notifications.waitFor(/ [3-9]\d %/);
  await take('progress');
  await workbench.notifications.waitFor(/^Saved /);
}

async function main(): Promise<void> {
  const samples = await SampleServer.start();
  const folder = await TempFolder.make('screenshots');
  const workspace = folder.at('sample-project');
  try {
    await writeSampleWorkspace(workspace, samples);
    const workbench = await Workbench.start({ workspaceFolder: workspace, settings: pictureSettings });
    await takePictures(workbench).finally(() => workbench.dispose());
  } finally {
    await samples.dispose();
    await folder.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
