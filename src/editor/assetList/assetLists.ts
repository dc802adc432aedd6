// Builds the parts that work on asset lists and wires them to each other. What they do is their own files'.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { BackgroundStatus } from '../backgroundStatus';
import type { EngineHost } from '../engineHost';
import type { Log } from '../log';
import { ListApprovals } from './approvals';
import { ListFetcher } from './fetchLists';
import { HashFix } from './hashFix';
import { registerListDiagnostics } from './listDiagnostics';
import { registerListFixes } from './listFixes';
import { ListFlows } from './listFlows';
import { registerListLenses } from './listLenses';
import { OfferOnOpen } from './offerOnOpen';
import { OpenLists } from './openLists';
import { RunningAssets } from './runningAssets';

/** Everything about asset lists. Dispose it at the end. */
export class AssetLists implements vscode.Disposable {
  readonly fetcher: ListFetcher;
  readonly flows: ListFlows;
  readonly hashFix: HashFix;
  private readonly openLists: OpenLists;
  private readonly running = new RunningAssets();
  private readonly approvals: ListApprovals;
  /** Absolute folder for bytes that only serve to be hashed. */
  readonly scratchFolder: string;

  constructor(
    readonly engines: EngineHost,
    private readonly status: BackgroundStatus,
    private readonly log: Log,
    { workspaceState, storageUri, globalStorageUri }: vscode.ExtensionContext,
  ) {
    this.scratchFolder = path.join((storageUri ?? globalStorageUri).fsPath, 'scratch');
    this.approvals = new ListApprovals(workspaceState);
    this.openLists = new OpenLists(engines, log);
    this.fetcher = new ListFetcher(engines, this.openLists, this.running, log);
    this.flows = new ListFlows(engines, this.fetcher, this.approvals, log);
    this.hashFix = new HashFix(engines, this.fetcher, this.openLists, this.scratchFolder);
  }

  /** Shows lists in editors and offers set-up for the folders that are open. Dispose what it returns. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      registerListDiagnostics(this.openLists),
      registerListFixes(this.openLists),
      registerListLenses(this.openLists, this.running),
      new OfferOnOpen(this.flows, this.approvals, this.status, this.log).register(),
    );
  }

  dispose(): void {
    this.openLists.dispose();
    this.running.dispose();
  }
}
