// The engine of this window: made when first used, with the settings and state folders of the moment. The thread is bridge's.
import * as path from 'node:path';
import type { ExtensionContext } from 'vscode';
import { EngineClient } from '../bridge/engineClient';
import type { EngineConfig } from '../bridge/protocol';
import { toEngineConfig, type StateFolders } from './engineConfig';
import type { Log } from './log';
import { readSettings } from './settings';
import { findStateFolders, mayHoldTransfers, noteStateFolder, type StoragePlaces } from './stateFolders';
import { workspaceIdentity } from './workspaceGuard';

/** Hands out the one EngineClient. Call `dispose()` at the end; it resolves within about a second. */
export class EngineHost {
  private client: EngineClient | null = null;
  private folders: Promise<StateFolders> | null = null;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: Log,
  ) {}

  /** The engine with the settings of this moment. Its thread starts with the first transfer. */
  async engine(): Promise<EngineClient> {
    this.folders ??= this.prepareFolders();
    const { version } = this.context.extension.packageJSON as { version: string };
    const config = toEngineConfig(readSettings(), await this.folders, `asset-fetch/${version}`);
    if (this.client === null) this.client = this.makeClient(config);
    else this.client.configure(config);
    return this.client;
  }

  /** Whether there may be unfinished transfers, found without starting the engine. */
  async mayHaveUnfinished(): Promise<boolean> {
    return mayHoldTransfers(await findStateFolders(this.places()));
  }

  async dispose(): Promise<void> {
    await this.client?.dispose();
  }

  private makeClient(config: EngineConfig): EngineClient {
    return new EngineClient({
      workerPath: path.join(this.context.extensionPath, 'dist', 'worker.js'),
      config,
      onLog: (level, text) => this.log.write(level, text),
    });
  }

  private async prepareFolders(): Promise<StateFolders> {
    const places = this.places();
    await noteStateFolder(places).catch((error: unknown) => this.log.write('warn', String(error)));
    return findStateFolders(places);
  }

  private places(): StoragePlaces {
    const { storageUri, globalStorageUri } = this.context;
    return {
      workspaceStorage: storageUri?.fsPath ?? null,
      globalStorage: globalStorageUri.fsPath,
      workspaceIdentity: workspaceIdentity(),
    };
  }
}
