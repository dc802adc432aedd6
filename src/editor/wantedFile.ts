// Asks, step by step, for what a download needs and was not said yet: address, folder, path, hash. Fetches nothing.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { proposeFileName } from '../assets/destination';
import { FetchError } from '../assets/fetchError';
import { parseIntegrity } from '../assets/integrity';
import { parseHttpUrl } from '../assets/redact';
import { makeRequest, type FetchRequest, type OverwritePolicy } from '../assets/request';
import { proposePath, readDestination, type Placement } from './destinationPath';
import type { FolderMemory, UsedFolder } from './folderMemory';
import { findWorkspaceFolder, locateFolder } from './locateFolder';
import {
  askConflict,
  askDestination,
  askIntegrity,
  askUrl,
  browseForFile,
  browseForFolder,
  pickWorkspaceFolder,
} from './prompts';
import { readSettings } from './settings';
import { localFolders } from './workspaceGuard';

/** What is known before anything is asked. */
export interface WantedHints {
  /** A URL that needs no asking. */
  readonly url?: string;
  /** Absolute path of the folder that was clicked in the explorer. */
  readonly folder?: string;
  /** Hashes as text. */
  readonly integrity?: string;
}

/** A folder with a name for people, and the path in it where a file is proposed. */
interface Proposal {
  readonly root: string;
  readonly rootName: string;
  readonly path: string;
}

/** Asks for one file. Null where a question was dismissed. Raises `invalidRequest`, `unsupportedUrl` for a bad `hints.url`. */
export async function askForFile(hints: WantedHints, memory: FolderMemory): Promise<FetchRequest | null> {
  let initialUrl = hints.url ?? (await urlInClipboard());
  for (;;) {
    const url = hints.url ?? (await askForUrl(initialUrl));
    if (url === null) return null;
    const request = await askForPlace(parseHttpUrl(url), hints, memory);
    if (request !== 'back') return request;
    initialUrl = url;
  }
}

function askForUrl(initial: string): Promise<string | null> {
  return askUrl({
    title: vscode.l10n.t('Download File'),
    prompt: vscode.l10n.t('Address of the file'),
    initial,
    step: [1, 2],
  });
}

async function askForPlace(url: URL, hints: WantedHints, memory: FolderMemory): Promise<FetchRequest | 'back' | null> {
  const proposal = await propose(url, hints.folder ?? null, memory);
  if (proposal === null) return localFolders().length === 0 ? askForSaveFile(url, hints) : null;
  return askForPath(url, proposal, hints, memory);
}

/** Without a folder there is nothing that a path could be relative to: the save dialog asks for everything, replacing included. */
async function askForSaveFile(url: URL, { integrity = '' }: WantedHints): Promise<FetchRequest | null> {
  const file = await browseForFile(proposeFileName({ contentDisposition: [], url }));
  if (file === null) return null;
  const place = { root: path.dirname(file), path: path.basename(file), isFolder: false };
  return composeRequest(url, place, integrity, 'replace');
}

async function propose(url: URL, clickedFolder: string | null, memory: FolderMemory): Promise<Proposal | null> {
  const used = clickedFolder === null ? await proposeFolder(memory.last()) : locateFolder(clickedFolder);
  if (used === null) return null;
  const name = proposeFileName({ contentDisposition: [], url });
  return { root: used.root, rootName: nameOfFolder(used.root), path: proposePath(used.folder, name, url) };
}

/** The folder used last, else the one of the settings. Null where no folder is open, or none was chosen of several. */
export async function proposeFolder(last: UsedFolder | null): Promise<UsedFolder | null> {
  const workspaceFolder = await pickWorkspaceFolder(localFolders(), vscode.l10n.t('Download into Which Folder?'));
  if (workspaceFolder === null) return null;
  const root = workspaceFolder.uri.fsPath;
  return last?.root === root ? last : { root, folder: readSettings(workspaceFolder.uri).defaultFolder };
}

async function askForPath(
  url: URL,
  proposal: Proposal,
  hints: WantedHints,
  memory: FolderMemory,
): Promise<FetchRequest | 'back' | null> {
  let { root, rootName, path: shown } = proposal;
  let integrity = hints.integrity ?? '';
  const step = hints.url === undefined ? ([2, 2] as const) : ([1, 1] as const);
  for (;;) {
    const roots = [root, ...localFolders().map(({ uri }) => uri.fsPath)];
    const check = (text: string): Placement => readDestination(text, roots);
    const answer = await askDestination({ path: shown, folderName: rootName, hasHash: integrity !== '', step, check });
    if (answer.type === 'dismissed') return null;
    shown = answer.value;
    if (answer.type === 'accepted') {
      const place = await settlePlace(check(shown));
      const overwrite = await settleConflict(place, integrity);
      if (overwrite === null) continue;
      remember(memory, place);
      return composeRequest(url, place, integrity, overwrite);
    }
    if (answer.button === vscode.QuickInputButtons.Back) return 'back';
    if ('id' in answer.button && answer.button.id === 'hash') integrity = (await askIntegrity(integrity)) ?? integrity;
    else ({ root, rootName, path: shown } = await browse({ root, rootName, path: shown }));
  }
}

/** The proposal moved to the folder chosen in the dialog. */
async function browse(current: Proposal): Promise<Proposal> {
  const chosen = await browseForFolder(vscode.Uri.file(current.root));
  if (chosen === null) return current;
  const { root, folder } = locateFolder(chosen);
  const name = current.path.slice(current.path.lastIndexOf('/') + 1);
  return { root, rootName: nameOfFolder(root), path: `${folder === '' ? '' : `${folder}/`}${name}` || './' };
}

function nameOfFolder(root: string): string {
  return findWorkspaceFolder(root)?.name ?? (path.basename(root) || root);
}

/** A path that is a folder on disk means that folder. */
async function settlePlace(place: Placement): Promise<Placement> {
  if (place.isFolder) return place;
  const type = (await typeOf(place)) ?? vscode.FileType.Unknown;
  // Of a link to a folder both bits are set.
  return (type & vscode.FileType.Directory) !== 0 ? { ...place, isFolder: true } : place;
}

/**
 * Asks about a file that is there. With a hash the engine looks first: the file may be the wanted one. Null: choose another path.
 */
async function settleConflict(place: Placement, integrity: string): Promise<OverwritePolicy | null> {
  if (place.isFolder || integrity !== '' || (await typeOf(place)) === null) return 'fail';
  return askConflict(path.posix.basename(place.path));
}

async function typeOf({ root, path: relative }: Placement): Promise<vscode.FileType | null> {
  const uri = vscode.Uri.file(path.join(root, relative));
  return vscode.workspace.fs.stat(uri).then(
    ({ type }) => type,
    () => null,
  );
}

function remember(memory: FolderMemory, { root, path: relative, isFolder }: Placement): void {
  const folder = isFolder ? relative : path.posix.dirname(relative);
  memory.remember({ root, folder: folder === '.' ? '' : folder });
}

function composeRequest(url: URL, place: Placement, integrity: string, overwrite: OverwritePolicy): FetchRequest {
  return makeRequest({
    ...place,
    urls: [url.href],
    integrity: integrity === '' ? [] : parseIntegrity(integrity),
    overwrite,
    maxSizeBytes: readSettings().maxSizeBytes,
  });
}

/** The http(s) URL that the clipboard holds, else nothing. A browser may first ask for leave; nobody waits for that. */
export async function urlInClipboard(): Promise<string> {
  const text = await Promise.race([readClipboard(), new Promise<string>((resolve) => setTimeout(resolve, 300, ''))]);
  try {
    return /\s/.test(text.trim()) ? '' : parseHttpUrl(text.trim()).href;
  } catch (error) {
    if (error instanceof FetchError) return '';
    throw error;
  }
}

async function readClipboard(): Promise<string> {
  return vscode.env.clipboard.readText().then(
    (text) => text,
    () => '',
  );
}
