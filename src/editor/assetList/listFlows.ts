// What a person does with whole lists: fetch, review, verify. Each flow loads the lists, acts, and tells the end in one message.
import * as vscode from 'vscode';
import { asFetchError } from '../../assets/fetchError';
import { matchesPlatform } from '../../assets/manifest';
import { isUnpinned } from '../../assets/syncPlan';
import { goOn } from '../endNotices';
import type { EngineHost } from '../engineHost';
import type { Log } from '../log';
import { showNotice } from '../notices';
import { NotificationItem } from '../progress';
import { requireUsableWorkspace } from '../workspaceGuard';
import type { ListApprovals } from './approvals';
import { describeFault } from './faultText';
import type { FetchReport, ListFetcher, RunDisplay } from './fetchLists';
import type { ListFile } from './listFile';
import { faultsOf, itemsToFetch, loadList, type ListItem, type LoadedList } from './listReading';
import { describeListFaults, describeSummary, describeVerdict, listNames, type Verdict } from './planText';
import { recheck } from './recheck';
import { reviewLists } from './reviewPick';
import { RunNotification } from './runDisplays';

const { l10n } = vscode;

/** Shared by the commands, the lenses and the offer when a folder is opened. */
export class ListFlows {
  constructor(
    private readonly engines: EngineHost,
    private readonly fetcher: ListFetcher,
    private readonly approvals: ListApprovals,
    private readonly log: Log,
  ) {}

  /** Reads lists and looks at the disk; lists with errors are told and left out. @throws FetchError `untrusted`, `engineCrashed` */
  async load(files: readonly ListFile[]): Promise<readonly LoadedList[]> {
    const { sound, faulty } = await this.sort(files);
    for (const list of faulty) goOn(this.tellFaults(list), this.log);
    return sound;
  }

  /** As `load`, where nobody asked for it: errors go into the log and the Problems view. */
  async loadQuietly(files: readonly ListFile[]): Promise<readonly LoadedList[]> {
    const { sound, faulty } = await this.sort(files);
    for (const list of faulty) await this.recordFaults(list);
    return sound;
  }

  private async sort(files: readonly ListFile[]): Promise<Record<'sound' | 'faulty', readonly LoadedList[]>> {
    const loaded = await this.read(files);
    const isSound = (list: LoadedList): boolean => faultsOf(list).length === 0;
    return { sound: loaded.filter(isSound), faulty: loaded.filter((list) => !isSound(list)) };
  }

  /** Whether files of a list are being fetched in this window. */
  isRunning({ uri }: ListFile): boolean {
    return this.fetcher.isRunning(uri);
  }

  /** Fetches what is missing in the lists. */
  async fetchMissing(files: readonly ListFile[]): Promise<void> {
    const lists = await this.load(files);
    if (lists.length > 0) await this.fetchApproved(lists, lists.flatMap(itemsToFetch));
  }

  /** Shows the plan and fetches what was ticked. */
  async review(files: readonly ListFile[]): Promise<void> {
    const lists = await this.load(files);
    if (lists.length === 0) return;
    const isWorkToDo = lists.some(({ plan }) => plan.some(({ action }) => action === 'fetch' || action === 'modified'));
    if (!isWorkToDo) return this.fetchItems(lists, []);
    const items = await reviewLists(lists);
    if (items !== null && items.length > 0) await this.fetchApproved(lists, items);
  }

  /** As `fetchItems`, for a person who saw what the lists are about: those of which everything is taken are approved as they are. */
  async fetchApproved(lists: readonly LoadedList[], items: readonly ListItem[]): Promise<void> {
    await this.fetchItems(lists, items, (allowed) => {
      const taken = new Set(allowed.map(({ planned }) => planned));
      const approved = lists.filter((list) => itemsToFetch(list).every(({ planned }) => taken.has(planned)));
      for (const { file, text } of approved) this.approvals.approve(file.uri, text);
    });
  }

  /** Fetches what a message named, as far as it still is so when it is answered, and tells the rest. Approves lists that are the same. */
  async fetchNamed(named: readonly LoadedList[], items: readonly ListItem[]): Promise<void> {
    const files = named.map(({ file }) => file);
    const lists = await this.load(files);
    const current = recheck(items, lists);
    if (current.changed.length > 0) goOn(this.tellChanged(current.changed, files), this.log);
    if (current.items.length === 0) return;
    const isSame = ({ text }: LoadedList): boolean => named.some((list) => list.text === text);
    if (lists.every(isSame)) await this.fetchApproved(lists, current.items);
    else await this.fetchItems(lists, current.items);
  }

  /** Fetches items with a notification, and tells the end. */
  async fetchItems(
    lists: readonly LoadedList[],
    items: readonly ListItem[],
    onConsent: (items: readonly ListItem[]) => void = () => undefined,
  ): Promise<void> {
    const cancelling = new AbortController();
    const display = new RunNotification(() => cancelling.abort());
    const report = await this.fetcher.fetch({ lists, items, display, signal: cancelling.signal, onConsent });
    goOn(this.tellReport(report, lists), this.log);
  }

  /** Fetches what is missing without a notification; only failures are told. @param makeDisplay is given what cancels the run */
  async fetchQuietly(lists: readonly LoadedList[], makeDisplay: (onCancel: () => void) => RunDisplay): Promise<void> {
    const cancelling = new AbortController();
    const display = makeDisplay(() => cancelling.abort());
    const order = { lists, items: lists.flatMap(itemsToFetch), display, signal: cancelling.signal };
    const report = await this.fetcher.fetch(order);
    if (report.summary.failed.length > 0) goOn(this.tellReport(report, lists), this.log);
  }

  /**
   * Reads every file of the lists and says which are not as listed; a list with errors ends it, as for fetching.
   * @param only path of the one entry that is meant; null: all of them
   */
  async verify(files: readonly ListFile[], only: string | null = null): Promise<void> {
    requireUsableWorkspace();
    if (files.length === 0) return;
    const cancelling = new AbortController();
    const item = new NotificationItem(l10n.t('Verifying workspace assets'), () => cancelling.abort());
    try {
      const options = { isThorough: true, signal: cancelling.signal };
      const lists = await Promise.all(files.map((file) => loadList(this.engines, file, options)));
      const broken = lists.filter(({ reading }) => reading.list.manifest === null || reading.error !== null);
      for (const list of broken) goOn(this.tellFaults(list), this.log);
      if (broken.length === 0) goOn(this.tellVerdict(judge(lists, only), files), this.log);
    } catch (error) {
      if (asFetchError(error).code !== 'cancelled') throw error;
    } finally {
      item.close();
    }
  }

  private async tellReport({ summary, outcomes }: FetchReport, lists: readonly LoadedList[]): Promise<void> {
    const isBad = summary.failed.length > 0 && !summary.isCancelled;
    const mayReview = summary.modified > 0;
    const answer = await showNotice(isBad ? 'error' : 'info', describeSummary(summary, l10n), [
      ...(summary.failed.length > 0
        ? [{ id: 'retry', title: summary.isCancelled ? l10n.t('Resume') : l10n.t('Retry') } as const]
        : []),
      ...(mayReview ? [{ id: 'review', title: l10n.t('Review') } as const] : []),
      ...(isBad ? [{ id: 'openLog', title: l10n.t('Open Log') } as const] : []),
    ]);
    const files = lists.map(({ file }) => file);
    if (answer === 'openLog') this.log.show();
    if (answer === 'review') await this.review(files);
    if (answer !== 'retry') return;
    const failed = outcomes.flatMap((outcome) => (outcome.type === 'failed' ? [outcome.item] : []));
    await this.fetchNamed(lists, failed);
  }

  private async tellChanged(paths: readonly string[], files: readonly ListFile[]): Promise<void> {
    const text = l10n.t('Left alone, since the list or the file is no longer as it was: {0}.', listNames(paths, l10n));
    const answer = await showNotice('warning', text, [{ id: 'review', title: l10n.t('Review') }]);
    if (answer === 'review') await this.review(files);
  }

  private async tellVerdict(verdict: Verdict, files: readonly ListFile[]): Promise<void> {
    for (const fault of verdict.faults) this.log.write('warn', fault);
    const isGood = verdict.faults.length === 0;
    const review = { id: 'review', title: l10n.t('Review') } as const;
    const text = describeVerdict(verdict, l10n);
    const answer = await showNotice(isGood ? 'info' : 'warning', text, isGood ? [] : [review]);
    if (answer === 'review') await this.review(files);
  }

  private async read(files: readonly ListFile[]): Promise<readonly LoadedList[]> {
    requireUsableWorkspace();
    return Promise.all(files.map((file) => loadList(this.engines, file)));
  }

  private async recordFaults(list: LoadedList): Promise<void> {
    for (const fault of faultsOf(list)) this.log.write('error', fault);
    // Lists that are loaded as documents have their problems listed, without an editor, too.
    await vscode.workspace.openTextDocument(list.file.uri);
  }

  private async tellFaults(list: LoadedList): Promise<void> {
    const faults = faultsOf(list);
    for (const fault of faults) this.log.write('error', fault);
    const answer = await showNotice('error', describeListFaults(faults, l10n), [
      { id: 'open', title: l10n.t('Open Asset List') },
    ]);
    if (answer === 'open') await vscode.window.showTextDocument(list.file.uri);
  }
}

function judge(lists: readonly LoadedList[], only: string | null): Verdict {
  const faults: string[] = [];
  const counts = { verified: 0, unpinned: 0 };
  for (const { reading } of lists) {
    reading.list.assets.forEach((asset, index) => {
      const isMeant = matchesPlatform(asset, process.platform, process.arch) && (only === null || asset.path === only);
      if (!isMeant) return;
      const fault = describeFault(asset, reading.states?.[index] ?? { type: 'missing' }, l10n);
      if (fault !== null) faults.push(fault);
      else counts[isUnpinned(asset) ? 'unpinned' : 'verified'] += 1;
    });
  }
  return { ...counts, faults };
}
