// Carries out the fetches of a plan: a bounded number at once, the rest goes on when one fails. Asks nothing and shows nothing;
// that is fetchLists.ts.
import * as path from 'node:path';
import {
  asFetchError,
  fromPlainError,
  toPlainError,
  type FetchError,
  type PlainFetchError,
} from '../../assets/fetchError';
import type { FetchResult } from '../../assets/request';
import { requestFor } from '../../assets/syncPlan';
import type { BatchOutcome } from '../../bridge/batchOutcome';
import { HostHealth } from '../../bridge/hostHealth';
import type { TransferEvent } from '../../bridge/protocol';
import type { EngineHost } from '../engineHost';
import { readSettings } from '../settings';
import { requireUsableWorkspace } from '../workspaceGuard';
import type { ListItem } from './listReading';

/**
 * Transfers handed to the engine at once: enough that its own limits decide what runs, few enough that cancelling is quick
 * however long the list.
 */
const AT_ONCE = 16;

export type ItemOutcome =
  | { readonly type: 'done'; readonly item: ListItem; readonly result: FetchResult }
  | { readonly type: 'failed'; readonly item: ListItem; readonly error: FetchError };

export interface RunOptions {
  /** Aborting ends what runs and starts nothing more; bytes received are kept. */
  readonly signal: AbortSignal;
  /** Hosts in private networks that a person consented to by name. */
  readonly allowedPrivateHosts: readonly string[];
  readonly onEvent: (item: ListItem, event: TransferEvent) => void;
  /** Told once for each item, at its end. */
  readonly onEnd: (outcome: ItemOutcome) => void;
}

/** Fetches every item; resolves with an outcome for each, in their order. @throws FetchError `untrusted` in Restricted Mode */
export async function runItems(
  items: readonly ListItem[],
  engines: EngineHost,
  options: RunOptions,
): Promise<readonly ItemOutcome[]> {
  requireUsableWorkspace();
  const outcomes = new Map<ListItem, ItemOutcome>();
  const health = new HostHealth();
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) {
      const reason = findReasonToSkip(item, health, options);
      const outcome = reason === null ? await runItem(item, engines, options) : skipItem(item, reason, options);
      if (reason === null) health.note(item.planned.asset.urls, toBatchOutcome(outcome));
      outcomes.set(item, outcome);
      options.onEnd(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return items.flatMap((item) => outcomes.get(item) ?? []);
}

/** Why an item need not be tried: the run was cancelled, or its hosts proved to be out of reach. */
function findReasonToSkip({ planned }: ListItem, health: HostHealth, { signal }: RunOptions): PlainFetchError | null {
  if (signal.aborted) return { code: 'cancelled', message: 'Cancelled before it began.', details: {} };
  return health.findDown(planned.asset.urls);
}

function skipItem(item: ListItem, error: PlainFetchError, { onEvent }: RunOptions): ItemOutcome {
  onEvent(item, { type: 'failed', id: '', error });
  return { type: 'failed', item, error: fromPlainError(error) };
}

async function runItem(item: ListItem, engines: EngineHost, options: RunOptions): Promise<ItemOutcome> {
  const { signal, allowedPrivateHosts, onEvent } = options;
  try {
    const engine = await engines.engine();
    const { planned, file } = item;
    const request = {
      ...requestFor(planned, file.root, { allowedPrivateHosts }),
      maxSizeBytes: readSettings().maxSizeBytes,
    };
    const result = await engine.start(request, { signal, onEvent: (event) => onEvent(item, event) });
    return { type: 'done', item, result };
  } catch (error) {
    return { type: 'failed', item, error: asFetchError(error) };
  }
}

function toBatchOutcome(outcome: ItemOutcome): BatchOutcome {
  if (outcome.type === 'done') return { type: 'done', result: outcome.result };
  return { type: 'failed', error: toPlainError(outcome.error) };
}

/** Absolute path of an item's file. */
export function fileOf({ file, planned }: ListItem): string {
  return path.join(file.root, planned.asset.path);
}
