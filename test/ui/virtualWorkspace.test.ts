// A workspace whose folder is on no disk, as repositories opened straight from a server are.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { TempFolder } from '../support/tempFolder';
import { Workbench } from '../support/vscodeHost/workbench';

describe('a virtual workspace', () => {
  let folder: TempFolder;
  let workbench: Workbench;

  before(async () => {
    folder = await TempFolder.make('virtual');
    const file = folder.at('virtual.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: [{ uri: 'memfs:/project', name: 'project' }] }));
    workbench = await Workbench.start({ workspaceFolder: file });
  });

  after(async () => {
    await workbench.dispose();
    await folder.dispose();
  });

  for (const command of ['Asset Fetch: Download File…', 'Asset Fetch: Fetch Workspace Assets']) {
    it(`D14 is refused kindly by ${command}`, async () => {
      await workbench.runCommand(command);
      const message = await workbench.notifications.waitFor(/workspace is virtual/);
      assert.match(message, /Open a local or remote folder instead/);
      assert.deepEqual(folder.files(), ['virtual.code-workspace']);
      await workbench.notifications.close(/workspace is virtual/);
    });
  }
});
