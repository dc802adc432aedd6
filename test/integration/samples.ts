// Where the tests in VS Code find the sample workspace and its server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** Absolute path of the workspace folder. */
export function workspacePath(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new Error('No folder is open.');
  return folder.uri.fsPath;
}

/** Origin of the sample server, as the workspace's page of URLs has it. */
export function sampleOrigin(): string {
  const page = readFileSync(join(workspacePath(), 'downloads.md'), 'utf8');
  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(page)?.[0];
  if (origin === undefined) throw new Error('The sample workspace names no server.');
  return origin;
}

/** Folders of the profile of this VS Code, as runIntegration.ts made it: its logs, and what extensions keep. */
export function profileFolders(): { readonly logs: string; readonly state: string } {
  const userData = process.env['ASSET_FETCH_TEST_USER_DATA'];
  if (userData === undefined) throw new Error('runIntegration.ts names no profile.');
  return { logs: join(userData, 'logs'), state: join(userData, 'User') };
}
