// The editor side behind the entry: builds the parts and wires them. A bundle of its own, loaded once VS Code has started.
import * as vscode from 'vscode';
import { createApi, type AssetFetchApi } from './api';
import { AssetLists } from './assetList/assetLists';
import { listCommands, registerEntryCommands } from './assetList/listCommands';
import { BackgroundStatus } from './backgroundStatus';
import { downloadCommands, type CommandTable } from './commands';
import { DiagnosisDocuments } from './diagnosisDocuments';
import { Downloader } from './downloader';
import { EngineHost } from './engineHost';
import { createTaskProvider } from './fetchTask';
import { FolderMemory } from './folderMemory';
import { Log } from './log';
import { RequestVault } from './requestVault';
import type { Services } from './services';
import { offerUnfinished } from './unfinishedDownloads';
import { trackUrlContext } from './urlContext';
import { registerUrlHover } from './urlHover';
import { WatchedDownload } from './watchedDownload';

/** What the entry hands on to VS Code. */
export interface Editor {
  readonly commands: CommandTable;
  readonly tasks: vscode.TaskProvider;
  readonly api: AssetFetchApi;
  /** Stops the engine; takes at most about a second. */
  dispose(): Promise<void>;
}

/** Builds everything and registers what shows itself. Starts no thread and touches no network. */
export function startEditor(context: vscode.ExtensionContext): Editor {
  const channel = vscode.window.createOutputChannel('Asset Fetch', { log: true });
  const log = new Log(channel);
  const engines = new EngineHost(context, log);
  const services = makeServices(context, engines, log);
  const offer = (): void => void offerUnfinished(services).catch((error: unknown) => log.write('error', String(error)));
  context.subscriptions.push(
    channel,
    services.status,
    services.assetLists,
    registerEntryCommands(services),
    registerUrlHover(),
    trackUrlContext(),
    services.assetLists.register(),
    services.diagnoses.register(),
    vscode.workspace.onDidGrantWorkspaceTrust(offer),
  );
  offer();
  return {
    commands: { ...downloadCommands(services), ...listCommands(services) },
    tasks: createTaskProvider(services),
    api: createApi(services),
    dispose: () => engines.dispose(),
  };
}

function makeServices(context: vscode.ExtensionContext, engines: EngineHost, log: Log): Services {
  const downloader = new Downloader(engines, new RequestVault(context.secrets, log), log);
  const status = new BackgroundStatus(log);
  return {
    log,
    downloader,
    watched: new WatchedDownload(downloader, log),
    memory: new FolderMemory(context.workspaceState),
    status,
    assetLists: new AssetLists(engines, status, log, context),
    diagnoses: new DiagnosisDocuments(),
  };
}
