// Downloads that an earlier run left: offered once at the start, listed on demand, resumed or discarded.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes, percentOf } from '../assets/quantityText';
import { displayHost } from '../assets/redact';
import { makeRequest, type FetchRequest } from '../assets/request';
import type { UnfinishedTransfer } from '../bridge/protocol';
import { leaveOutListed } from './assetList/listedTransfers';
import { downloadAll } from './batchDownload';
import { showCause } from './endNotices';
import { askModally, showNotice } from './notices';
import { askUrl } from './prompts';
import type { Services } from './services';
import { readSettings } from './settings';
import { localFolders } from './workspaceGuard';

const { l10n } = vscode;

/** Offers what is unfinished, with one message; says nothing where there is nothing or the workspace may not download. */
export async function offerUnfinished(services: Services): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const unfinished = await services.downloader.findUnfinished();
  // Those of asset lists go on when the workspace is set up, which is offered by itself.
  const transfers = await leaveOutListed(unfinished, services.assetLists);
  const [first] = transfers;
  if (first === undefined) return;
  const text =
    transfers.length === 1
      ? l10n.t('The download of {0} is unfinished: {1}.', nameOf(first), describeAmount(first))
      : l10n.t('{0} downloads are unfinished.', transfers.length);
  const step = await showNotice('info', text, [
    { id: 'resume', title: l10n.t('Resume') },
    { id: 'show', title: l10n.t('Show') },
    { id: 'discard', title: l10n.t('Discard') },
  ]);
  if (step === 'resume') await resume(services, transfers);
  if (step === 'show') await showUnfinished(services);
  if (step === 'discard') await discardAll(services, transfers);
}

interface TransferItem extends vscode.QuickPickItem {
  readonly transfer: UnfinishedTransfer;
}

/** Lists what is unfinished: choosing one resumes it, its button discards it. @throws FetchError `untrusted` */
export async function showUnfinished(services: Services): Promise<void> {
  const unfinished = await services.downloader.listUnfinished();
  // Those of asset lists would go on as something else: without consent by name, and as a person's own choice of host.
  const transfers = await leaveOutListed(unfinished, services.assetLists);
  if (transfers.length === 0) {
    const text =
      unfinished.length === 0
        ? l10n.t('No download is unfinished.')
        : l10n.t('Only workspace assets are unfinished. Fetch Workspace Assets goes on with them.');
    return void showNotice('info', text);
  }
  const pick = vscode.window.createQuickPick<TransferItem>();
  pick.title = l10n.t('Unfinished Downloads');
  pick.placeholder = l10n.t('Choose one to resume it');
  pick.matchOnDescription = true;
  pick.items = transfers.map(toItem);
  const chosen = new Promise<UnfinishedTransfer | null>((resolve) => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]?.transfer ?? null));
    pick.onDidHide(() => resolve(null));
    pick.onDidTriggerItemButton(({ item }) => void discardItem(services, pick, item));
  });
  pick.show();
  const transfer = await chosen;
  pick.dispose();
  if (transfer !== null) await resume(services, [transfer]);
}

function toItem(transfer: UnfinishedTransfer): TransferItem {
  return {
    label: nameOf(transfer),
    description: describeAmount(transfer),
    detail: l10n.t('from {0} to {1}', displayHost(transfer.displayUrl), path.join(transfer.root, transfer.path)),
    buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: l10n.t('Discard') }],
    transfer,
  };
}

async function discardItem(
  services: Services,
  pick: vscode.QuickPick<TransferItem>,
  item: TransferItem,
): Promise<void> {
  await discard(services, item.transfer);
  pick.items = pick.items.filter(({ transfer }) => transfer.key !== item.transfer.key);
  if (pick.items.length === 0) pick.hide();
}

/** Questions come one after another, downloads run at once; several have one notification and one message at the end. */
async function resume(services: Services, transfers: readonly UnfinishedTransfer[]): Promise<void> {
  const { downloader, watched, log } = services;
  const requests: FetchRequest[] = [];
  for (const transfer of transfers) {
    const request = (await downloader.recallRequest(transfer.key)) ?? (await rebuildRequest(transfer));
    if (request !== null) requests.push(request);
  }
  const [first] = requests;
  if (requests.length > 1) await downloadAll(requests, downloader, log);
  else if (first !== undefined) await watched.run(first);
}

/** The secrets are gone: what the journal knows has to do, and a signed address is asked for again. Null where it was not given. */
async function rebuildRequest(transfer: UnfinishedTransfer): Promise<FetchRequest | null> {
  const { root, path: relative, isFolder, integrity } = transfer;
  const url = transfer.isUrlRedacted ? await askForSignedUrl(transfer) : transfer.displayUrl;
  if (url === null || !(await isEntitled(root))) return null;
  const { maxSizeBytes } = readSettings();
  return makeRequest({ urls: [url], root, path: relative, isFolder, integrity, maxSizeBytes });
}

function askForSignedUrl(transfer: UnfinishedTransfer): Promise<string | null> {
  return askUrl({
    title: l10n.t('Resume Download'),
    prompt: l10n.t('Address of {0}, signature included: secrets in it are not kept', nameOf(transfer)),
    initial: transfer.displayUrl,
  });
}

/** The journal is a file on disk: a folder that it names and that is not open now needs a person's word. */
async function isEntitled(root: string): Promise<boolean> {
  if (localFolders().some(({ uri }) => uri.fsPath === root)) return true;
  const allow = { id: 'allow', title: l10n.t('Download Here') } as const;
  const question = l10n.t('Go on with the download into {0}?', root);
  return (await askModally(question, l10n.t('This folder is not open in this window.'), [allow])) === 'allow';
}

async function discardAll(services: Services, transfers: readonly UnfinishedTransfer[]): Promise<void> {
  await Promise.all(transfers.map((transfer) => discard(services, transfer)));
}

async function discard({ downloader, log }: Services, transfer: UnfinishedTransfer): Promise<void> {
  try {
    await downloader.discard(transfer.key);
  } catch (error) {
    await showCause(error, log);
  }
}

function nameOf({ displayUrl, path: relative, isFolder }: UnfinishedTransfer): string {
  const source = isFolder && URL.canParse(displayUrl) ? new URL(displayUrl).pathname : relative;
  return path.posix.basename(source) || displayHost(displayUrl);
}

function describeAmount({ receivedBytes, totalBytes }: UnfinishedTransfer): string {
  const percent = percentOf(receivedBytes, totalBytes);
  if (totalBytes === null || percent === null) return formatBytes(receivedBytes);
  return l10n.t('{0} of {1}, {2} %', formatBytes(receivedBytes), formatBytes(totalBytes), percent);
}
