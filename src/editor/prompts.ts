// Every question put to a person on the way to a download. What follows from the answers is decided by the flows.
import * as vscode from 'vscode';
import { asFetchError } from '../assets/fetchError';
import { parseIntegrity } from '../assets/integrity';
import { parseHttpUrl } from '../assets/redact';
import { askInput, type InputAnswer } from './inputBox';
import { askModally } from './notices';

const { l10n } = vscode;

/** Names that fit into one dialog. */
const NAMES_SHOWN = 20;

/** `[2, 2]`: the second of two. */
export type StepOfSteps = readonly [number, number];

export interface UrlQuestion {
  readonly title: string;
  readonly prompt: string;
  /** Goes into the box, selected. */
  readonly initial: string;
  readonly placeholder?: string;
  readonly step?: StepOfSteps;
}

/** Asks for an http(s) address. Null where the question was dismissed. */
export async function askUrl(question: UrlQuestion): Promise<string | null> {
  const answer = await askInput({
    placeholder: 'https://example.com/model.bin',
    ...question,
    value: question.initial,
    selection: [0, question.initial.length],
    validate: (text) => faultOf(() => parseHttpUrl(text)),
  });
  return answer.type === 'accepted' ? parseHttpUrl(answer.value).href : null;
}

export type DestinationButton = vscode.QuickInputButton & { readonly id: 'browse' | 'hash' };

export interface DestinationQuestion {
  /** Path shown at first; its file name is selected. */
  readonly path: string;
  /** Name of the folder that relative paths lie in. */
  readonly folderName: string;
  /** Whether a hash was given already. */
  readonly hasHash: boolean;
  readonly step: StepOfSteps;
  /** Throws where a path can't be accepted. */
  readonly check: (path: string) => unknown;
}

/** Asks where the file goes. Its buttons lead to a folder dialog and to the hash, which nobody has to give. */
export async function askDestination(question: DestinationQuestion): Promise<InputAnswer<DestinationButton>> {
  const { path, folderName, hasHash, step, check } = question;
  const nameStart = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return askInput<DestinationButton>({
    title: hasHash ? l10n.t('Download File, Checked by Hash') : l10n.t('Download File'),
    value: path,
    selection: [nameStart, dot > nameStart ? dot : path.length],
    prompt: l10n.t('Path in {0}. End it with / to keep the name that the server gives.', folderName),
    placeholder: l10n.t('Path of the file'),
    step,
    buttons: [
      {
        id: 'hash',
        iconPath: new vscode.ThemeIcon(hasHash ? 'verified-filled' : 'verified'),
        tooltip: hasHash ? l10n.t('Change Hash…') : l10n.t('Add Hash to Verify the File…'),
      },
      { id: 'browse', iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: l10n.t('Browse…') },
    ],
    validate: (text) => faultOf(() => check(text)),
  });
}

/** Asks for hashes; the empty answer means none. Null where the question was dismissed. */
export async function askIntegrity(initial: string): Promise<string | null> {
  const answer = await askInput({
    title: l10n.t('Hash of the File'),
    value: initial,
    prompt: l10n.t('SHA-256 or another hash that the file must have; empty for none'),
    placeholder: 'sha256:…',
    validate: (text) => (text.trim() === '' ? undefined : faultOf(() => parseIntegrity(text))),
  });
  return answer.type === 'accepted' ? answer.value.trim() : null;
}

/** Asks what to do about files that are there already, all in one way. Null: leave everything as it is. */
export function askConflicts(names: readonly string[]): Promise<'replace' | 'keepBoth' | null> {
  const [name = ''] = names;
  if (names.length === 1) return askConflict(name);
  const kept = l10n.t('The old files stay as they are until the new ones are complete and verified.');
  const shown = names.slice(0, NAMES_SHOWN);
  const rest = names.length > shown.length ? [l10n.t('and {0} more', names.length - shown.length)] : [];
  return askAboutOverwriting(
    l10n.t('{0} files exist already.', names.length),
    `${[...shown, ...rest].join('\n')}\n\n${kept}`,
  );
}

/** As `askConflicts`, about one file. */
export function askConflict(name: string): Promise<'replace' | 'keepBoth' | null> {
  return askAboutOverwriting(
    l10n.t('{0} exists already.', name),
    l10n.t('The old file stays as it is until the new one is complete and verified.'),
  );
}

function askAboutOverwriting(question: string, detail: string): Promise<'replace' | 'keepBoth' | null> {
  return askModally(question, detail, [
    { id: 'replace', title: l10n.t('Replace') },
    { id: 'keepBoth', title: l10n.t('Keep Both') },
  ]);
}

/** Asks before a file is written that tools obey unasked, such as `.vscode/tasks.json`. */
export async function confirmSensitivePath(path: string, host: string): Promise<boolean> {
  const consent = await askModally(
    l10n.t('Let a file from {0} become {1}?', host, path),
    l10n.t('Editors and tools act on this file by themselves. Allow it only if you know why it is fetched.'),
    [{ id: 'allow', title: l10n.t('Allow') }],
  );
  return consent === 'allow';
}

/** Asks which workspace folder; the only one is taken unasked. Null where it was dismissed or none is open. */
export async function pickWorkspaceFolder(
  folders: readonly vscode.WorkspaceFolder[],
  title: string,
): Promise<vscode.WorkspaceFolder | null> {
  if (folders.length <= 1) return folders[0] ?? null;
  const items = folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
  const picked = await vscode.window.showQuickPick(items, { title });
  return picked?.folder ?? null;
}

/** Opens the folder dialog. Absolute path, or null. */
export async function browseForFolder(start: vscode.Uri): Promise<string | null> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      defaultUri: start,
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: l10n.t('Download Here'),
      title: l10n.t('Download File Here'),
    })) ?? [];
  return folder?.scheme === 'file' ? folder.fsPath : null;
}

/** Opens the save dialog, for windows without a folder; it asks about replacing itself. Absolute path, or null. */
export async function browseForFile(name: string): Promise<string | null> {
  const home = vscode.Uri.file(process.env['HOME'] ?? process.env['USERPROFILE'] ?? '/');
  const file = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home, name),
    saveLabel: l10n.t('Download'),
    title: l10n.t('Download File'),
  });
  return file?.scheme === 'file' ? file.fsPath : null;
}

export interface UrlsAnswer {
  /** Those that are ticked; null where the question was dismissed. */
  readonly urls: readonly string[] | null;
  /** Whether another folder is wanted for them first. */
  readonly wantsOtherFolder: boolean;
}

/** Asks which of several addresses to fetch into `folderName`; those of `ticked` are ticked at first. */
export async function pickUrls(
  urls: readonly string[],
  ticked: readonly string[],
  folderName: string,
): Promise<UrlsAnswer> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly url: string }>();
  pick.title = l10n.t('Download Files into {0}', folderName);
  pick.placeholder = l10n.t('Untick what is not wanted');
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.items = urls.map((url) => ({ label: new URL(url).pathname.split('/').at(-1) || url, description: url, url }));
  pick.selectedItems = pick.items.filter(({ url }) => ticked.includes(url));
  pick.buttons = [{ iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: l10n.t('Choose Another Folder…') }];
  const selected = (): string[] => pick.selectedItems.map(({ url }) => url);
  const answer = await new Promise<UrlsAnswer>((resolve) => {
    pick.onDidAccept(() => resolve({ urls: selected(), wantsOtherFolder: false }));
    pick.onDidTriggerButton(() => resolve({ urls: selected(), wantsOtherFolder: true }));
    pick.onDidHide(() => resolve({ urls: null, wantsOtherFolder: false }));
    pick.show();
  });
  pick.dispose();
  return answer;
}

/** The sentence of the error that `check` throws; undefined where it throws none. */
export function faultOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return asFetchError(error).message;
  }
}
