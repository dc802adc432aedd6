// Set-up when a folder is opened: one question for all lists, or, for content that was approved, a quiet fetch. Nothing is asked of
// the network before a person said so.
import * as vscode from 'vscode';
import type { BackgroundStatus } from '../backgroundStatus';
import type { Log } from '../log';
import { showNotice } from '../notices';
import { readSettings } from '../settings';
import { isLocal, localFolders } from '../workspaceGuard';
import type { ListApprovals } from './approvals';
import { findWorkspaceLists, type ListFile } from './listFile';
import { itemsToFetch, type LoadedList } from './listReading';
import type { ListFlows } from './listFlows';
import { describeOffer } from './planText';
import { RunStatus } from './runDisplays';

const { l10n } = vscode;

/** Asks at most one question for each time that folders are opened. */
export class OfferOnOpen {
  /** URIs of the lists that this window asked about: one question each is enough, whatever was answered. */
  private readonly asked = new Set<string>();

  constructor(
    private readonly flows: ListFlows,
    private readonly approvals: ListApprovals,
    private readonly status: BackgroundStatus,
    private readonly log: Log,
  ) {}

  /** Dispose what it returns. Trust that is granted and folders that are added later lead to a question, never to a fetch. */
  register(): vscode.Disposable {
    this.start(this.offer(localFolders(), true));
    return vscode.Disposable.from(
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.start(this.offer(localFolders(), false))),
      vscode.workspace.onDidChangeWorkspaceFolders(({ added }) => this.start(this.offer(added.filter(isLocal), false))),
    );
  }

  private start(work: Promise<void>): void {
    void work.catch((error: unknown) => this.log.write('warn', `Asset lists: ${String(error)}`));
  }

  private async offer(folders: readonly vscode.WorkspaceFolder[], mayFetchUnasked: boolean): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const files = await findWorkspaceLists(folders);
    const wanted = files.filter((file) => this.isWanted(file));
    if (wanted.length === 0) return;
    const lists = (await this.flows.loadQuietly(wanted)).filter((list) => itemsToFetch(list).length > 0);
    const unasked = mayFetchUnasked ? lists.filter((list) => this.mayFetchUnasked(list)) : [];
    const asked = lists.filter((list) => !unasked.includes(list) && this.mayAsk(list));
    // Neither waits for the other: a question may stand there for hours, and so may a fetch.
    const makeDisplay = (onCancel: () => void): RunStatus => new RunStatus(this.status, onCancel);
    if (unasked.length > 0) this.start(this.flows.fetchQuietly(unasked, makeDisplay));
    if (asked.length > 0) this.start(this.ask(asked));
  }

  private isWanted({ uri }: ListFile): boolean {
    return readSettings(uri).fetchOnOpen !== 'never' && !this.approvals.isSilenced(uri);
  }

  private mayFetchUnasked({ file, text }: LoadedList): boolean {
    return readSettings(file.uri).fetchOnOpen === 'always' && this.approvals.isApproved(file.uri, text);
  }

  private mayAsk({ file }: LoadedList): boolean {
    return !this.asked.has(file.uri.toString()) && !this.flows.isRunning(file);
  }

  private async ask(lists: readonly LoadedList[]): Promise<void> {
    for (const { file } of lists) this.asked.add(file.uri.toString());
    const items = lists.flatMap(itemsToFetch);
    const text = describeOffer(
      items.map(({ planned }) => planned),
      l10n,
    );
    const answer = await showNotice('info', text, [
      { id: 'fetch', title: l10n.t('Fetch') },
      { id: 'review', title: l10n.t('Review') },
      { id: 'later', title: l10n.t('Not Now') },
      { id: 'never', title: l10n.t('Never Here') },
    ]);
    if (answer === 'fetch') await this.flows.fetchNamed(lists, items);
    if (answer === 'review') await this.flows.review(lists.map(({ file }) => file));
    if (answer === 'never') for (const { file } of lists) this.approvals.silence(file.uri);
  }
}
