// Diagnoses as read-only documents. Making one is diagnoseUrl.ts.
import * as vscode from 'vscode';

const SCHEME = 'asset-fetch-diagnosis';

/** The diagnoses that are open as documents; nobody can edit them, and nothing asks whether to save them. */
export class DiagnosisDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private count = 0;

  /** Registers the provider. Dispose what it returns. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    );
  }

  async show(host: string, text: string): Promise<void> {
    this.count += 1;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${host}`, query: String(this.count) });
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
