// Carries out the fetches of a plan in one engine, and tells of each. What else a sync does is syncCommand.ts.
import type { PlainFetchError } from '../assets/fetchError';
import type { ManifestAsset } from '../assets/manifestEntry';
import { requestFor, type PlannedAsset, type SyncChoices } from '../assets/syncPlan';
import type { EngineConfig, EngineMessage, TransferEvent } from '../bridge/protocol';
import type { BatchOutcome } from '../bridge/batchOutcome';
import { TransferBatch } from '../bridge/transferBatch';
import type { AssetList } from './assetList';
import type { Surroundings } from './surroundings';
import { SyncProgress } from './syncProgress';
import type { SyncReporter } from './syncReporter';
import { whenAborted } from './whenAborted';

/** What fetching needs to know of the sync that it is a part of. */
export interface FetchRun {
  readonly list: AssetList;
  readonly choices: SyncChoices;
  readonly config: EngineConfig;
  readonly reporter: SyncReporter;
  readonly surroundings: Surroundings;
  /** Aborted, with a FetchError `cancelled`, when the person asks to stop. */
  readonly signal: AbortSignal;
}

/** Entries of a list with what is to be done about each. */
export type Plan = readonly PlannedAsset<ManifestAsset>[];

/** Carries out every planned fetch. The engine is started only where there is one. */
export async function fetchPlanned(plan: Plan, run: FetchRun): Promise<BatchOutcome[]> {
  const assets = new Map(
    plan.filter(({ action }) => action === 'fetch').map((planned, index) => [`${index}`, planned]),
  );
  if (assets.size === 0) return [];
  return [...(await transferAll(assets, run)).values()];
}

async function transferAll(
  assets: ReadonlyMap<string, PlannedAsset<ManifestAsset>>,
  { list, choices, config, reporter, surroundings, signal }: FetchRun,
): Promise<ReadonlyMap<string, BatchOutcome>> {
  const { nowMs, openEngine } = surroundings;
  const expected = [...assets].map(([id, { asset }]) => ({ id, name: asset.path, sizeBytes: asset.sizeBytes }));
  const progress = new SyncProgress(expected, nowMs());
  const engine = await openEngine(config, (message) => {
    if (message.type === 'log') reportLog(message, reporter);
    if (!isTransferEvent(message)) return;
    const planned = assets.get(message.id);
    if (planned === undefined) return;
    progress.handle(message, nowMs());
    reporter.transfer(planned.asset, message, progress);
    batch.handle(message);
  });
  const jobs = [...assets].map(([id, planned]) => ({ id, request: requestFor(planned, list.root, choices) }));
  const onSkipped = (id: string, error: PlainFetchError): void => {
    const planned = assets.get(id);
    if (planned) reporter.problem(planned.asset, error);
  };
  const batch = new TransferBatch(engine, jobs, { onSkipped });
  try {
    whenAborted(signal, () => batch.cancel());
    return await batch.run();
  } finally {
    await engine.dispose();
  }
}

function reportLog({ level, text }: Extract<EngineMessage, { type: 'log' }>, reporter: SyncReporter): void {
  if (level === 'warn' || level === 'error') reporter.warn(text);
}

function isTransferEvent(message: EngineMessage): message is TransferEvent {
  switch (message.type) {
    case 'started':
    case 'progress':
    case 'retrying':
    case 'waiting':
    case 'verifying':
    case 'done':
    case 'failed':
      return true;
    default:
      return false;
  }
}
