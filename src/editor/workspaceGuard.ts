// The workspace: its folders on disk, and what has to hold before anything is requested or written. Commands stay callable when
// menus hide them, so they ask here themselves.
import * as vscode from 'vscode';
import { FetchError } from '../assets/fetchError';

/** Raises `untrusted` in Restricted Mode, `invalidRequest` where every folder is virtual and so has no place on a disk. */
export function requireUsableWorkspace(): void {
  if (!vscode.workspace.isTrusted) {
    throw new FetchError('untrusted', vscode.l10n.t('Downloads are off in Restricted Mode.'));
  }
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 0 && localFolders().length === 0) {
    throw new FetchError(
      'invalidRequest',
      vscode.l10n.t(
        'This workspace is virtual: its folders are on no disk that a file could be saved to. Open a local or remote folder instead.',
      ),
    );
  }
}

/** The workspace folders that are on a disk, in the order of the explorer. */
export function localFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(isLocal);
}

/** Whether a workspace folder is on a disk. */
export function isLocal({ uri }: vscode.WorkspaceFolder): boolean {
  return uri.scheme === 'file';
}

/** The same text for every window of this workspace. */
export function workspaceIdentity(): string {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  return JSON.stringify(workspaceFile?.toString() ?? workspaceFolders.map(({ uri }) => uri.toString()));
}
