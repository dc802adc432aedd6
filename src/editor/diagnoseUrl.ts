// "Diagnose URL…": asks for an address, has the engine look what a download would meet, and shows it as a read-only document.
import * as vscode from 'vscode';
import { asFetchError } from '../assets/fetchError';
import { displayHost, parseHttpUrl } from '../assets/redact';
import type { DiagnosisStep } from '../bridge/diagnosis';
import { describeDiagnosis } from './diagnosisText';
import { askUrl } from './prompts';
import type { Services } from './services';
import { urlsAtCursors } from './urlsAtCursor';
import { urlInClipboard } from './wantedFile';

const { l10n } = vscode;

const SCHEME = 'asset-fetch-diagnosis';

/** Asks, looks, shows. Says nothing where it is cancelled. @param given an address that needs no asking @throws FetchError */
export async function diagnoseUrl({ downloader, diagnoses }: Services, given: string | null): Promise<void> {
  const url = given === null ? await askForUrl() : parseHttpUrl(given).href;
  if (url === null) return;
  const steps = await watchDiagnosis(displayHost(url), (signal) => downloader.diagnose(url, signal));
  if (steps !== null) await diagnoses.show(displayHost(url), describeDiagnosis(url, steps, l10n));
}

async function askForUrl(): Promise<string | null> {
  const editor = vscode.window.activeTextEditor;
  return askUrl({
    title: l10n.t('Diagnose URL'),
    prompt: l10n.t('Address to look at. Nothing is downloaded.'),
    initial: (editor && urlsAtCursors(editor)[0]) ?? (await urlInClipboard()),
  });
}

/** Null where the person cancelled. */
async function watchDiagnosis(
  host: string,
  diagnose: (signal: AbortSignal) => Promise<readonly DiagnosisStep[]>,
): Promise<readonly DiagnosisStep[] | null> {
  const title = l10n.t('Diagnosing {0}', host);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token) => {
    const cancelling = new AbortController();
    token.onCancellationRequested(() => cancelling.abort());
    try {
      return await diagnose(cancelling.signal);
    } catch (error) {
      if (asFetchError(error).code !== 'cancelled') throw error;
      return null;
    }
  });
}

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
    return this.texts.get(uri.toString()) ?? l10n.t('This diagnosis is over. Run Diagnose URL… for another one.');
  }
}
