// "Download File at URL…": from the cursors and selections of the active editor, or from a hover's link.
import * as vscode from 'vscode';
import { proposeFileName } from '../assets/destination';
import { makeRequest, type FetchRequest } from '../assets/request';
import { downloadAll } from './batchDownload';
import { readDestination } from './destinationPath';
import type { Services } from './services';
import { showNotice } from './notices';
import { askFolder, pickUrls, pickWorkspaceFolder } from './prompts';
import { readSettings } from './settings';
import { urlsAtCursors } from './urlsAtCursor';
import { askForFile } from './wantedFile';
import { localFolders } from './workspaceGuard';

/** Asks where the file goes and fetches it; several URLs are picked from first. @param hovered the URL of a hover's link */
export async function downloadAtUrl(services: Services, hovered: string | null): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const urls = hovered === null ? (editor === undefined ? [] : urlsAtCursors(editor)) : [hovered];
  if (urls.length === 0) {
    void showNotice(
      'info',
      vscode.l10n.t('There is no http or https address at the cursor. Put it on one, or select some.'),
    );
    return;
  }
  const chosen = urls.length === 1 ? urls : await pickUrls(urls);
  const [url] = chosen;
  if (url === undefined) return;
  if (chosen.length > 1) return downloadSeveral(services, chosen);
  const request = await askForFile({ url }, services.memory);
  if (request !== null) await services.watched.run(request);
}

async function downloadSeveral(services: Services, urls: readonly string[]): Promise<void> {
  const { downloader, memory, log } = services;
  const folder = await pickWorkspaceFolder(localFolders());
  if (folder === null) {
    void showNotice('info', vscode.l10n.t('Open a folder first: several files need one to go to.'));
    return;
  }
  const root = folder.uri.fsPath;
  const last = memory.last();
  const proposed = last?.root === root ? last.folder : readSettings(folder.uri).defaultFolder;
  const check = (text: string): FetchRequest[] => composeRequests(urls, root, text);
  const answer = await askFolder(proposed, folder.name, urls.length, check);
  if (answer === null) return;
  memory.remember({ root, folder: readDestination(`${answer}/`, [root]).path });
  await downloadAll(check(answer), downloader, log);
}

/** Files of equal names are kept side by side. */
function composeRequests(urls: readonly string[], root: string, folder: string): FetchRequest[] {
  const place = readDestination(`${folder.trim().replace(/^[/\\]+/, '')}/`, [root]);
  const { maxSizeBytes } = readSettings();
  const names = urls.map((url) => proposeFileName({ contentDisposition: [], url }));
  return urls.map((url, index) => {
    const isRepeated = names.indexOf(names[index] ?? '') !== index;
    return makeRequest({ ...place, urls: [url], maxSizeBytes, overwrite: isRepeated ? 'keepBoth' : 'fail' });
  });
}
