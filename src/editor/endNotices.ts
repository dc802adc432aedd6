// Tells a person how a download ended and carries out the step that they choose. Words are errorMessages.ts and progressText.ts.
import * as vscode from 'vscode';
import { toPlainError, type FetchError } from '../assets/fetchError';
import type { FetchResult } from '../assets/request';
import { describeError, type NextStep } from './errorMessages';
import type { Log } from './log';
import { showNotice, type NoticeAction } from './notices';
import { describeCancelled, describeResult } from './progressText';

const { l10n } = vscode;

/** Shows a failure; resolves with true where it is to be tried again. */
export async function showFailure(error: FetchError, name: string, log: Log): Promise<boolean> {
  if (error.code === 'cancelled') return showCancelled(keptBytesOf(error));
  const { text, steps } = describeError(toPlainError(error), name, l10n);
  const step = await showNotice(error.code === 'untrusted' ? 'warning' : 'error', text, steps.map(toAction));
  if (step === 'openLog') log.show();
  if (step === 'manageTrust') await vscode.commands.executeCommand('workbench.trust.manage');
  return step === 'retry';
}

/** Null: the engine did not say in time. */
function keptBytesOf({ details }: FetchError): number | null {
  return details.reason === 'unheard' ? null : (details.keptBytes ?? 0);
}

async function showCancelled(keptBytes: number | null): Promise<boolean> {
  const resume = { id: 'resume', title: l10n.t('Resume') } as const;
  const text = describeCancelled(keptBytes, l10n);
  return (await showNotice('info', text, keptBytes === 0 ? [] : [resume])) === 'resume';
}

function toAction(id: NextStep): NoticeAction<NextStep> {
  const titles: Record<NextStep, string> = {
    retry: l10n.t('Retry'),
    manageTrust: l10n.t('Manage Workspace Trust'),
    openLog: l10n.t('Open Log'),
  };
  return { id, title: titles[id] };
}

/** The one message at the end of a download. */
export async function showResult(result: FetchResult): Promise<void> {
  const uri = vscode.Uri.file(result.path);
  const text = describeResult(nameOf(uri), result, l10n);
  const step = await showNotice('info', text, [
    { id: 'open', title: l10n.t('Open') },
    { id: 'reveal', title: l10n.t('Reveal') },
    { id: 'copy', title: l10n.t('Copy SHA-256') },
  ]);
  if (step === 'open') await openFile(uri);
  if (step === 'reveal') await revealFile(uri);
  if (step === 'copy') await vscode.env.clipboard.writeText(result.sha256);
}

/** Opens a file in an editor of this window; nothing outside of VS Code runs it. */
export async function openFile(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', uri);
}

async function revealFile(uri: vscode.Uri): Promise<void> {
  const isInWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(isInWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
