// User settings hold for as long as the window is open. A window on a server takes those of the machine from elsewhere, a moment
// after its start.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { userSettings } from './userSettings';

/** Seconds after which VS Code has dropped what it drops; it was seen to take three. */
const SETTLED_S = 6;

describe('user settings', () => {
  it('still hold once the window has settled', async () => {
    const leftMs = Math.max(0, SETTLED_S - process.uptime()) * 1000;
    await new Promise((resolve) => setTimeout(resolve, leftMs));
    const settings = vscode.workspace.getConfiguration();
    const held = Object.keys(userSettings).map((name) => [name, settings.get(name)]);
    assert.deepEqual(Object.fromEntries(held), userSettings);
  });
});
