// The command "Diagnose URL…" with an address that needs no asking.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { sampleAssets } from '../support/sampleServer';
import { listFiles } from '../support/tempFolder';
import { sampleOrigin, workspacePath } from './samples';

/** The document that the diagnosis is shown in. */
async function diagnose(url: string): Promise<vscode.TextDocument> {
  await vscode.commands.executeCommand('assetFetch.diagnoseUrl', { url });
  const document = vscode.window.activeTextEditor?.document;
  assert.ok(document);
  return document;
}

describe('the command assetFetch.diagnoseUrl', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('shows every step in a document of its own, and saves nothing', async () => {
    const before = listFiles(workspacePath());
    const document = await diagnose(sampleOrigin() + sampleAssets.model.path);
    assert.equal(document.uri.scheme, 'asset-fetch-diagnosis');
    const text = document.getText();
    for (const step of ['URL', 'Proxy', 'Addresses', 'Connection', 'Answer', 'Ranges', 'Validators', 'Outlook']) {
      assert.match(text, new RegExp(`^(?:ok|warning) +${step} `, 'm'));
    }
    assert.match(text, /this computer/);
    assert.deepEqual(listFiles(workspacePath()), before);
  });

  it('names the step that a download would fail at', async () => {
    const document = await diagnose(`${sampleOrigin()}/missing`);
    assert.match(document.getText(), /^A download would fail\.$/m);
    assert.match(document.getText(), /^failed +Answer .*404/m);
  });

  it('C44 shows neither query nor credentials', async () => {
    const url = (sampleOrigin() + sampleAssets.model.path).replace('//', '//ada:CANARY-51c0de@');
    const document = await diagnose(`${url}?sig=CANARY-51c0de`);
    assert.doesNotMatch(document.getText() + document.uri.toString(), /CANARY/);
  });
});
