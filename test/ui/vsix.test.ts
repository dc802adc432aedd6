// What ships: the packed extension, installed as a person would install it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sampleAssets } from '../support/sampleServer';
import { outFolder, repositoryRoot } from '../support/vscodeHost/paths';
import { bytesOf, Session } from './session';

const vsix = join(outFolder, 'asset-fetch.vsix');

describe('the .vsix', () => {
  before(async function () {
    this.timeout(180_000);
    mkdirSync(outFolder, { recursive: true });
    await promisify(execFile)('npm', ['run', 'package', '--', '--out', vsix], { cwd: repositoryRoot });
  });

  it('holds what an editor runs or shows, and nothing else', async () => {
    const vsce = join(repositoryRoot, 'node_modules/.bin/vsce');
    const { stdout } = await promisify(execFile)(vsce, ['ls', '--no-dependencies'], { cwd: repositoryRoot });
    const shipped =
      /^(package(\.nls.*)?\.json|dist\/(extension|editor\/main|worker|hashThread)\.js|schemas\/.*|l10n\/.*|media\/.*\.(png|md)|[A-Z]+(\.md)?)$/;
    const files = stdout.trim().split('\n');
    assert.deepEqual(
      files.filter((file) => !shipped.test(file)),
      [],
    );
    for (const file of ['dist/extension.js', 'dist/editor/main.js', 'dist/worker.js', 'dist/hashThread.js'])
      assert.ok(files.includes(file), file);
  });

  it('downloads a file once installed', async () => {
    const session = await Session.open({ vsix });
    try {
      const { workbench, samples, folder } = session;
      await workbench.runCommand('Asset Fetch: Download File…');
      await workbench.quickInput.typeInInputBox(samples.urlOf('model'), 'Address of the file');
      await workbench.quickInput.accept('Path in');
      await workbench.notifications.waitFor(/^Saved tiny-model\.onnx/);
      assert.deepEqual(readFileSync(folder.at('tiny-model.onnx')), bytesOf(sampleAssets.model));
    } finally {
      await session.close();
    }
  });
});
