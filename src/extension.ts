// Entry of the extension: builds the parts, wires them, takes them down. What they do is src/editor.
import * as vscode from 'vscode';
import { createApi, type AssetFetchApi } from './editor/api';
import { AssetLists } from './editor/assetList/assetLists';
import { registerListCommands } from './editor/assetList/listCommands';
import { BackgroundStatus } from './editor/backgroundStatus';
import { registerCommands } from './editor/commands';
import { Downloader } from './editor/downloader';
import { EngineHost } from './editor/engineHost';
import { registerFetchTask } from './editor/fetchTask';
import { FolderMemory } from './editor/folderMemory';
import { Log } from './editor/log';
import { RequestVault } from './editor/requestVault';
import type { Services } from './editor/services';
import { offerUnfinished } from './editor/unfinishedDownloads';
import { trackUrlContext } from './editor/urlContext';
import { registerUrlHover } from './editor/urlHover';
import { WatchedDownload } from './editor/watchedDownload';

/** What VS Code calls `deactivate` on; it hands over no context. */
const running: { engines: EngineHost | null } = { engines: null };

/** Called once by VS Code. Starts no thread and touches no network. */
export function activate(context: vscode.ExtensionContext): AssetFetchApi {
  const channel = vscode.window.createOutputChannel('Asset Fetch', { log: true });
  const log = new Log(channel);
  const engines = new EngineHost(context, log);
  running.engines = engines;
  const downloader = new Downloader(engines, new RequestVault(context.secrets, log), log);
  const status = new BackgroundStatus();
  const assetLists = new AssetLists(engines, status, log, context);
  const services: Services = {
    log,
    downloader,
    watched: new WatchedDownload(downloader, log),
    memory: new FolderMemory(context.workspaceState),
    status,
    assetLists,
  };
  const offer = (): void => void offerUnfinished(services).catch((error: unknown) => log.write('error', String(error)));
  context.subscriptions.push(
    channel,
    status,
    assetLists,
    registerCommands(services),
    registerListCommands(services),
    registerFetchTask(services),
    registerUrlHover(),
    trackUrlContext(),
    assetLists.register(),
    vscode.workspace.onDidGrantWorkspaceTrust(offer),
  );
  offer();
  return createApi(services);
}

/** VS Code waits for it up to 5 s; the engine takes at most about one. */
export async function deactivate(): Promise<void> {
  await running.engines?.dispose();
}
