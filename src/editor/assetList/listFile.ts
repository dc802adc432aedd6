// Where asset lists are, and their text: that of the editor where it has unsaved changes, for that is what a person sees. Reading it
// is the engine's.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { FetchError } from '../../assets/fetchError';
import { manifestFileName } from '../../assets/manifest';
import { localFolders } from '../workspaceGuard';

/** The asset list of one folder; it need not exist. */
export interface ListFile {
  readonly uri: vscode.Uri;
  /** Absolute folder of the list, below which every entry lies. */
  readonly root: string;
}

/** The lists among the documents of editors. */
export const listSelector: vscode.DocumentSelector = { scheme: 'file', pattern: `**/${manifestFileName}` };

/** Whether a document is an asset list, wherever on the disk it lies. */
export function isListDocument({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'file' && path.basename(uri.fsPath) === manifestFileName;
}

/** The list at a URI. */
export function listFileAt(uri: vscode.Uri): ListFile {
  return { uri, root: path.dirname(uri.fsPath) };
}

/** The list that belongs to a workspace folder. */
export function listFileIn(folder: vscode.WorkspaceFolder): ListFile {
  return listFileAt(vscode.Uri.joinPath(folder.uri, manifestFileName));
}

/** The lists of those workspace folders that have one; default: all that are on a disk, in the order of the explorer. */
export async function findWorkspaceLists(folders = localFolders()): Promise<readonly ListFile[]> {
  const lists = folders.map(listFileIn);
  const found = await Promise.all(lists.map(async (file) => ((await listExists(file)) ? file : null)));
  return found.filter((file) => file !== null);
}

/** False also where something other than a file has the name. */
export async function listExists({ uri }: ListFile): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    ({ type }) => (type & vscode.FileType.File) !== 0,
    () => false,
  );
}

/** The list as its editor shows it. */
export function openListDocument({ uri }: ListFile): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
}

/** The text of the list. @throws FetchError `localIo` */
export async function readListText(file: ListFile): Promise<string> {
  const document = openListDocument(file);
  // Without changes of its own an editor follows the disk, but late: after a checkout it still has the old text.
  if (document?.isDirty === true) return document.getText();
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file.uri));
  } catch (cause) {
    const text = vscode.l10n.t('{0} could not be read.', nameOfList(file));
    throw new FetchError('localIo', text, { path: file.uri.fsPath }, { cause });
  }
}

/** `asset-fetch.json`, with the folder's name where there are several. */
export function nameOfList({ uri }: ListFile): string {
  return vscode.workspace.asRelativePath(uri);
}
