// Diagnoses as read-only documents. Making one is diagnoseUrl.ts.
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

const SCHEME = 'asset-fetch-diagnosis';

/** The diagnoses that are open as documents; nobody can edit them, and nothing asks whether to save them. */
export class DiagnosisDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();

  /** Registers the provider. Dispose what it returns. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    );
  }

  async show(host: string, text: string): Promise<void> {
    // Not a count: after a reload it would begin anew and meet documents that the window brought back.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${host}`, query: randomUUID() });
    this.texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  /** Asked also for documents that a reload of the window brings back. */
  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.toString()) ?? vscode.l10n.t('This diagnosis is over. Run Diagnose URL… for another one.')
    );
  }
}
