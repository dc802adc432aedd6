// The surroundings that all other suites here rely on.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { sampleOrigin } from './samples';

describe('the VS Code under test', () => {
  it('has the sample workspace open, trusted', async () => {
    assert.equal(vscode.workspace.isTrusted, true);
    const answer = await fetch(`${sampleOrigin()}/fonts/atlas-regular.ttf`);
    assert.equal((await answer.arrayBuffer()).byteLength, 300_001);
  });
});
