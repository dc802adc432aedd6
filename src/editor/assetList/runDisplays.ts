// Where runs over asset lists are shown: one notification for what a person started, the status bar for what runs by itself.
import * as vscode from 'vscode';
import type { TransferEvent } from '../../bridge/protocol';
import { BatchProgress } from '../batchProgress';
import type { BackgroundStatus } from '../backgroundStatus';
import { NotificationItem, type TransferDisplay } from '../progress';
import { ProgressSteps, Throttle, UPDATE_INTERVAL_MS } from '../progressSteps';
import type { RunDisplay } from './fetchLists';
import type { ListItem } from './listReading';
import type { ItemOutcome } from './listRun';

const { l10n } = vscode;

/** One notification item for all files, with Cancel. */
export class RunNotification implements RunDisplay {
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  private item: NotificationItem | null = null;
  private progress = new BatchProgress([]);
  private steps = new ProgressSteps();
  private indices = new Map<ListItem, number>();

  constructor(private readonly onCancel: () => void) {}

  begin(items: readonly ListItem[]): void {
    this.item?.close();
    const title =
      items.length === 1
        ? l10n.t('Fetching {0}', items[0]?.planned.asset.path ?? '')
        : l10n.t('Fetching {0} workspace assets', items.length);
    this.item = new NotificationItem(title, this.onCancel);
    this.steps = new ProgressSteps();
    this.progress = new BatchProgress(items.map(({ planned }) => planned.asset.sizeBytes));
    this.indices = new Map(items.map((item, index) => [item, index]));
  }

  handle(item: ListItem, event: TransferEvent): void {
    this.progress.handle(this.indices.get(item) ?? 0, event);
    if (!this.throttle.allows(performance.now())) return;
    const increment = this.steps.advance(this.progress.receivedBytes, this.progress.totalBytes);
    const message = this.progress.describe(l10n);
    this.item?.report(increment === undefined ? { message } : { message, increment });
  }

  end(): void {
    // `done` and `failed` came as events.
  }

  close(): void {
    this.item?.close();
  }
}

/** The status bar's one item, shared with other downloads that nobody watches. */
export class RunStatus implements RunDisplay {
  private readonly displays = new Map<ListItem, TransferDisplay>();

  constructor(
    private readonly status: BackgroundStatus,
    private readonly onCancel: () => void,
  ) {}

  begin(): void {
    // Files are shown as they start.
  }

  handle(item: ListItem, event: TransferEvent): void {
    const display = this.displays.get(item) ?? this.status.add(this.onCancel);
    this.displays.set(item, display);
    display.handle(event);
  }

  end({ item }: ItemOutcome): void {
    this.displays.get(item)?.close();
    this.displays.delete(item);
  }

  close(): void {
    for (const display of this.displays.values()) display.close();
    this.displays.clear();
  }
}
