// Whose list a command means, where several folders are open.
import * as vscode from 'vscode';
import { showNotice } from '../notices';
import { pickWorkspaceFolder } from '../prompts';
import { localFolders } from '../workspaceGuard';

const { l10n } = vscode;

/** The folder whose list is meant; null where the question was dismissed, or no folder is open, which a message then says. */
export async function pickListFolder(): Promise<vscode.WorkspaceFolder | null> {
  const folders = localFolders();
  if (folders.length > 0) return pickWorkspaceFolder(folders, l10n.t('The Asset List of Which Folder?'));
  void showNotice('info', l10n.t('Open a folder first: an asset list lies beside the files that it is for.'));
  return null;
}
