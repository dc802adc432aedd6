// The context key that takes the download out of the editor's menu where a document holds no URL at all. It is slow by nature: a key
// set while the menu opens comes too late, so it says nothing of the cursor, and until it is known the menu offers the download.
import * as vscode from 'vscode';

const KEY = 'assetFetch.documentHoldsNoUrl';

/** Pause in typing after which the document is looked at again. */
const QUIET_MS = 400;

/** Longer documents are not looked at: they may hold a URL. */
const MOST_LINES = 20_000;

/** Keeps the key in step with the active editor. Dispose what it returns. */
export function trackUrlContext(): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let known: boolean | null = null;
  const update = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    const holdsNone = document !== undefined && !mayHoldUrl(document);
    if (holdsNone === known) return;
    known = holdsNone;
    void vscode.commands.executeCommand('setContext', KEY, holdsNone);
  };
  const updateSoon = (event: vscode.TextDocumentChangeEvent): void => {
    if (event.document !== vscode.window.activeTextEditor?.document) return;
    clearTimeout(timer);
    timer = setTimeout(update, QUIET_MS);
  };
  update();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidChangeTextDocument(updateSoon),
    { dispose: () => clearTimeout(timer) },
  );
}

function mayHoldUrl(document: vscode.TextDocument): boolean {
  if (document.lineCount > MOST_LINES) return true;
  for (let line = 0; line < document.lineCount; line += 1) {
    if (/https?:(?:\/\/|\\\/)/i.test(document.lineAt(line).text)) return true;
  }
  return false;
}
