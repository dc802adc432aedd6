// Changes an asset list in its editor, so that undo, comments and unsaved work stay a person's.
import * as vscode from 'vscode';
import { FetchError } from '../../assets/fetchError';
import type { ListEdit } from '../../assets/listEdit';
import { emptyManifest, type TextChange } from '../../assets/manifestEdit';
import type { EngineHost } from '../engineHost';
import { listExists, type ListFile } from './listFile';

/**
 * Makes a change to a list; one that had no unsaved changes is saved. The list is made where there is none.
 * @throws FetchError `invalidRequest` where the list cannot be edited so; `localIo` where the editor refuses the change;
 * `engineCrashed`
 */
export async function editList(engines: EngineHost, file: ListFile, edit: ListEdit): Promise<void> {
  await ensureList(file);
  const document = await vscode.workspace.openTextDocument(file.uri);
  const wasDirty = document.isDirty;
  for (;;) {
    const before = document.getText();
    const change = await (await engines.engine()).editList(before, edit);
    // Typed on meanwhile: the change is made anew, to what is there now.
    if (document.getText() !== before) continue;
    await applyChange(document, change);
    break;
  }
  if (!wasDirty) await document.save();
}

/** Makes an empty list where there is none. */
export async function ensureList(file: ListFile): Promise<void> {
  if (await listExists(file)) return;
  await vscode.workspace.fs.writeFile(file.uri, new TextEncoder().encode(emptyManifest));
}

async function applyChange(document: vscode.TextDocument, { offset, length, content }: TextChange): Promise<void> {
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, range, content);
  if (await vscode.workspace.applyEdit(change)) return;
  throw new FetchError('localIo', vscode.l10n.t('{0} could not be changed.', document.fileName), {
    path: document.fileName,
  });
}
