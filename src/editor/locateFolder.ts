// Folders of the disk as the workspace sees them.
import * as path from 'node:path';
import type { WorkspaceFolder } from 'vscode';
import { isInside } from '../assets/insidePath';
import type { UsedFolder } from './folderMemory';
import { localFolders } from './workspaceGuard';

/** The workspace folder that holds a path, the innermost of several; null where none does. */
export function findWorkspaceFolder(inside: string): WorkspaceFolder | null {
  const found = localFolders().filter(({ uri }) => isInside(uri.fsPath, inside));
  return found.sort((a, b) => b.uri.fsPath.length - a.uri.fsPath.length)[0] ?? null;
}

/** A folder that a person chose, seen from its workspace folder; one outside of all of them is its own root. */
export function locateFolder(chosen: string): UsedFolder {
  const home = findWorkspaceFolder(chosen);
  if (home === null) return { root: chosen, folder: '' };
  const root = home.uri.fsPath;
  return { root, folder: path.relative(root, chosen).split(path.sep).join('/') };
}
