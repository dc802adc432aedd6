// One run over asset lists: consent by name, transfers with their display, what came of it. Which entries it is about is decided
// by the callers; telling the end to a person is listCommands.ts or a task.
import type { Uri } from 'vscode';
import { FetchError } from '../../assets/fetchError';
import { isUnpinned } from '../../assets/syncPlan';
import type { TransferEvent } from '../../bridge/protocol';
import type { EngineHost } from '../engineHost';
import type { Log } from '../log';
import { consentToHosts, consentToPaths, refusedHost } from './listConsent';
import { nameOfList } from './listFile';
import type { ListItem, LoadedList } from './listReading';
import { fileOf, runItems, type ItemOutcome } from './listRun';
import type { OpenLists } from './openLists';
import type { RunSummary } from './planText';
import type { RunningAssets } from './runningAssets';

/** Where a run is shown. `begin` may come again: hosts that need consent are fetched from in a second round. */
export interface RunDisplay {
  begin(items: readonly ListItem[]): void;
  handle(item: ListItem, event: TransferEvent): void;
  end(outcome: ItemOutcome): void;
  close(): void;
}

export interface FetchOrder {
  readonly lists: readonly LoadedList[];
  readonly items: readonly ListItem[];
  readonly display: RunDisplay;
  readonly signal: AbortSignal;
  /** Told the items that are left once consent by name was given, before anything is fetched. */
  readonly onConsent?: (items: readonly ListItem[]) => void;
}

export interface FetchReport {
  readonly summary: RunSummary;
  readonly outcomes: readonly ItemOutcome[];
}

/** Runs orders one by one or at once; each asks for its own consent and has its own display. */
export class ListFetcher {
  private readonly orders = new Set<FetchOrder>();

  constructor(
    private readonly engines: EngineHost,
    private readonly openLists: OpenLists,
    private readonly running: RunningAssets,
    private readonly log: Log,
  ) {}

  /** Fetches the items of an order. @throws FetchError `cancelled` where consent was dismissed, `untrusted` in Restricted Mode */
  async fetch(order: FetchOrder): Promise<FetchReport> {
    const startedMs = performance.now();
    const { items, lists, display, signal } = order;
    this.orders.add(order);
    try {
      const allowed = await consentToPaths(items);
      if (allowed === null) throw new FetchError('cancelled', 'Nothing was fetched.');
      order.onConsent?.(allowed);
      const outcomes = await this.runWithConsent(allowed, order);
      const declined = items.length - allowed.length + outcomes.filter(isDeclined).length;
      const seconds = (performance.now() - startedMs) / 1000;
      return { outcomes, summary: summarize({ lists, outcomes, declined, seconds, isCancelled: signal.aborted }) };
    } finally {
      this.orders.delete(order);
      display.close();
      for (const { file } of lists) this.openLists.refresh(file.uri);
    }
  }

  /** Whether an order about this list is being carried out. */
  isRunning(list: Uri): boolean {
    const key = list.toString();
    return [...this.orders].some(({ lists }) => lists.some(({ file }) => file.uri.toString() === key));
  }

  /** Private hosts show only when names are resolved: what was refused for that is asked about and fetched after all. */
  private async runWithConsent(items: readonly ListItem[], order: FetchOrder): Promise<readonly ItemOutcome[]> {
    const first = await this.run(items, order, []);
    const refused = first.filter(isDeclined);
    if (refused.length === 0) return first;
    order.display.close();
    const hosts = [...new Set(refused.flatMap(hostOf))];
    if (order.signal.aborted || !(await consentToHosts(hosts))) {
      for (const outcome of refused) this.end(outcome, order);
      return first;
    }
    const again = await this.run(
      refused.map(({ item }) => item),
      order,
      hosts,
    );
    for (const outcome of again.filter(isDeclined)) this.end(outcome, order);
    return [...first.filter((outcome) => !isDeclined(outcome)), ...again];
  }

  private run(
    items: readonly ListItem[],
    order: FetchOrder,
    allowedPrivateHosts: readonly string[],
  ): Promise<readonly ItemOutcome[]> {
    const { display, signal } = order;
    if (items.length > 0) display.begin(items);
    return runItems(items, this.engines, {
      signal,
      allowedPrivateHosts,
      onEvent: (item, event) => {
        this.running.handle(fileOf(item), event);
        display.handle(item, event);
      },
      onEnd: (outcome) => {
        this.running.end(fileOf(outcome.item));
        // Not the end yet: a person is asked first.
        if (!isDeclined(outcome)) this.end(outcome, order);
      },
    });
  }

  private end(outcome: ItemOutcome, { display }: FetchOrder): void {
    this.record(outcome);
    display.end(outcome);
  }

  private record(outcome: ItemOutcome): void {
    const { file, planned } = outcome.item;
    const place = `${nameOfList(file)}:${planned.asset.line}: ${planned.asset.path}`;
    if (outcome.type === 'failed') this.log.write('error', `${place}: ${outcome.error.code}: ${outcome.error.message}`);
    else this.log.write('info', `${place}: ${outcome.result.bytes} bytes, sha256:${outcome.result.sha256}`);
  }
}

/** Refused for want of consent to a private host, which a person was or will be asked for. */
function isDeclined(outcome: ItemOutcome): boolean {
  return hostOf(outcome).length > 0;
}

function hostOf(outcome: ItemOutcome): string[] {
  return outcome.type === 'failed' ? [refusedHost(outcome.item, outcome.error) ?? []].flat() : [];
}

interface RunFacts {
  readonly lists: readonly LoadedList[];
  readonly outcomes: readonly ItemOutcome[];
  readonly declined: number;
  readonly seconds: number;
  readonly isCancelled: boolean;
}

function summarize({ lists, outcomes, declined, seconds, isCancelled }: RunFacts): RunSummary {
  const plans = lists.flatMap(({ plan }) => plan);
  const count = (...actions: string[]): number => plans.filter(({ action }) => actions.includes(action)).length;
  const done = outcomes.flatMap((outcome) => (outcome.type === 'done' ? [outcome] : []));
  const failed = outcomes.filter((outcome) => outcome.type === 'failed' && !isDeclined(outcome));
  const taken = new Set(outcomes.map(({ item }) => item.planned.asset));
  const present = plans.filter(({ action }) => action === 'upToDate' || action === 'unpinned');
  const pinless = [...done.map(({ item }) => item.planned), ...present].filter(({ asset }) => isUnpinned(asset));
  return {
    fetched: done.length,
    fetchedBytes: done.reduce((sum, { result }) => sum + result.bytes, 0),
    seconds,
    upToDate: count('upToDate', 'unpinned'),
    modified: plans.filter(({ action, asset }) => action === 'modified' && !taken.has(asset)).length,
    unpinned: pinless.length,
    declined,
    failed: failed.map(({ item }) => item.planned.asset.path),
    isCancelled,
  };
}
