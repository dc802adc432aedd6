// The engine of this window: made when first used, with the settings and state folders of the moment. The thread is bridge's.
import * as path from 'node:path';
import type { ExtensionContext } from 'vscode';
import { EngineClient } from '../bridge/engineClient';
import type { EngineConfig } from '../bridge/protocol';
import { toEngineConfig } from './engineConfig';
import type { Log } from './log';
import { onSettingsChanged, readSettings } from './settings';
import { findStateFolders, mayHoldTransfers, noteStateFolder, type StoragePlaces } from './stateFolders';
import { workspaceIdentity } from './workspaceGuard';

/** Hands out the one EngineClient. Call `dispose()` at the end; it resolves within about a second. */
export class EngineHost {
  private client: Promise<EngineClient> | null = null;
  private readonly settingsWatch = onSettingsChanged(() => void this.reconfigure());

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: Log,
  ) {}

  /** The engine, started by its first transfer. */
  engine(): Promise<EngineClient> {
    this.client ??= this.makeClient();
    return this.client;
  }

  /** Whether there may be unfinished transfers, found without starting the engine. */
  async mayHaveUnfinished(): Promise<boolean> {
    return mayHoldTransfers(await findStateFolders(this.places()));
  }

  async dispose(): Promise<void> {
    this.settingsWatch.dispose();
    await (await this.client)?.dispose();
  }

  private async makeClient(): Promise<EngineClient> {
    await noteStateFolder(this.places()).catch((error: unknown) => this.log.write('warn', String(error)));
    return new EngineClient({
      workerPath: path.join(this.context.extensionPath, 'dist', 'worker.js'),
      config: await this.readConfig(),
      onLog: (level, text) => this.log.write(level, text),
    });
  }

  private async reconfigure(): Promise<void> {
    const client = await this.client;
    client?.configure(await this.readConfig());
  }

  private async readConfig(): Promise<EngineConfig> {
    const { version } = this.context.extension.packageJSON as { version: string };
    return toEngineConfig(readSettings(), await findStateFolders(this.places()), `asset-fetch/${version}`);
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
