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
