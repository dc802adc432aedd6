// The surroundings that all other suites here rely on.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';

describe('the VS Code under test', () => {
  it('has the sample workspace open, trusted', async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    assert.equal(vscode.workspace.isTrusted, true);
    assert.match(await readFile(join(folder.uri.fsPath, 'downloads.md'), 'utf8'), /127\.0\.0\.1/);
  });

  it('loads the extension under development', () => {
    assert.ok(vscode.extensions.getExtension('asset-fetch.asset-fetch'));
  });
});
