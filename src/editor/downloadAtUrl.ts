// "Download File at URL…": from the cursors and selections of the active editor, or from a hover's link.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { proposeFileName } from '../assets/destination';
import { makeRequest, type FetchRequest } from '../assets/request';
import { downloadAll } from './batchDownload';
import type { UsedFolder } from './folderMemory';
import { locateFolder } from './locateFolder';
import { showNotice } from './notices';
import { browseForFolder, pickUrls } from './prompts';
import type { Services } from './services';
import { readSettings } from './settings';
import { urlsAtCursors } from './urlsAtCursor';
import { askForFile, proposeFolder } from './wantedFile';
import { localFolders } from './workspaceGuard';

/** Asks where the file goes and fetches it; several URLs are picked from first. @param hovered the URL of a hover's link */
export async function downloadAtUrl(services: Services, hovered: string | null): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const urls = hovered === null ? (editor === undefined ? [] : urlsAtCursors(editor)) : [hovered];
  const [url] = urls;
  if (url === undefined) {
    void showNotice('info', vscode.l10n.t('There is no address at the cursor. Put it on a URL, or select some.'));
    return;
  }
  if (urls.length > 1) return downloadSeveral(services, urls);
  const request = await askForFile({ url }, services.memory);
  if (request !== null) await services.watched.run(request);
}

async function downloadSeveral({ downloader, memory, log }: Services, urls: readonly string[]): Promise<void> {
  if (localFolders().length === 0) {
    void showNotice('info', vscode.l10n.t('Open a folder first: several files need one to go to.'));
    return;
  }
  let folder = await proposeFolder(memory.last());
  let ticked = urls;
  while (folder !== null) {
    const { root, folder: inRoot } = folder;
    const answer = await pickUrls(urls, ticked, inRoot === '' ? path.basename(root) : inRoot);
    if (answer.urls === null) return;
    ticked = answer.urls;
    if (answer.wantsOtherFolder) {
      folder = (await browse(folder)) ?? folder;
      continue;
    }
    memory.remember(folder);
    if (ticked.length > 0) await downloadAll(composeRequests(ticked, folder), downloader, log);
    return;
  }
}

async function browse({ root, folder }: UsedFolder): Promise<UsedFolder | null> {
  const chosen = await browseForFolder(vscode.Uri.file(path.join(root, folder)));
  return chosen === null ? null : locateFolder(chosen);
}

/** Files of equal names are kept side by side. */
function composeRequests(urls: readonly string[], { root, folder }: UsedFolder): FetchRequest[] {
  const { maxSizeBytes } = readSettings();
  const names = urls.map((url) => proposeFileName({ contentDisposition: [], url }));
  return urls.map((url, index) => {
    const overwrite = names.indexOf(names[index] ?? '') === index ? 'fail' : 'keepBoth';
    return makeRequest({ root, path: folder, isFolder: true, urls: [url], maxSizeBytes, overwrite });
  });
}
