// Tells a person how a download ended and carries out the step that they choose. Words are errorMessages.ts and progressText.ts.
import * as vscode from 'vscode';
import { asFetchError, toPlainError, type FetchError } from '../assets/fetchError';
import type { FetchResult } from '../assets/request';
import { describeCause, describeError, type NextStep } from './errorMessages';
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

/** Shows why a command came to nothing, where there is no download to try again. A cancel was a person's, so nothing is said of it. */
export async function showCause(reason: unknown, log: Log): Promise<void> {
  const error = asFetchError(reason);
  if (error.code === 'cancelled') return;
  log.write('error', `${error.code}: ${error.message}`);
  const isRestricted = error.code === 'untrusted' && error.details.host === undefined;
  const text = describeCause(toPlainError(error), l10n);
  const step = await showNotice(isRestricted ? 'warning' : 'error', text, [
    toAction(isRestricted ? 'manageTrust' : 'openLog'),
  ]);
  if (step === 'openLog') log.show();
  if (step === 'manageTrust') await vscode.commands.executeCommand('workbench.trust.manage');
}

/** For messages that nobody waits for: what fails after an answer to one of them is shown, too. */
export function goOn(work: Promise<unknown>, log: Log): void {
  void work
    .catch((reason: unknown) => showCause(reason, log))
    .catch((error: unknown) => log.write('error', String(error)));
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
    placeAction(uri),
    { id: 'copy', title: l10n.t('Copy SHA-256') },
  ]);
  if (step === 'open') await openFile(uri);
  if (step === 'reveal')
    await vscode.commands.executeCommand(isInWorkspace(uri) ? 'revealInExplorer' : 'revealFileInOS', uri);
  if (step === 'copyPath') await vscode.env.clipboard.writeText(uri.fsPath);
  if (step === 'copy') await vscode.env.clipboard.writeText(result.sha256);
}

/** Opens a file in an editor of this window; nothing outside of VS Code runs it. */
export async function openFile(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', uri);
}

/** The file manager of the system knows files of this machine alone; a browser has none at all. */
function placeAction(uri: vscode.Uri): NoticeAction<'reveal' | 'copyPath'> {
  const isLocalDesktop = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  const canReveal = isInWorkspace(uri) || isLocalDesktop;
  return canReveal ? { id: 'reveal', title: l10n.t('Reveal') } : { id: 'copyPath', title: l10n.t('Copy Path') };
}

function isInWorkspace(uri: vscode.Uri): boolean {
  return vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
