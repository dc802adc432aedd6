// One status bar item for transfers that nobody watches in a notification: those that other extensions started, and those of lists
// that are fetched when their folder is opened.
import * as vscode from 'vscode';
import { percentOf } from '../assets/quantityText';
import type { TransferDisplay } from './progress';
import { Throttle } from './progressSteps';

const UPDATE_INTERVAL_MS = 500;

interface Amount {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
}

/** Shown while at least one transfer runs. Clicking it opens the log. Dispose it at the end. */
export class BackgroundStatus {
  private readonly amounts = new Map<symbol, Amount>();
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  private item: vscode.StatusBarItem | null = null;

  /** Adds a transfer until the display is closed. */
  add(): TransferDisplay {
    const transfer = Symbol('transfer');
    this.amounts.set(transfer, { receivedBytes: 0, totalBytes: null });
    this.show();
    return {
      handle: (event) => {
        if (event.type === 'progress') this.amounts.set(transfer, event);
        if (this.throttle.allows(performance.now())) this.show();
      },
      close: () => {
        this.amounts.delete(transfer);
        this.show();
      },
    };
  }

  dispose(): void {
    this.item?.dispose();
  }

  private show(): void {
    if (this.amounts.size === 0) return this.item?.hide();
    this.item ??= this.makeItem();
    const percent = this.percent();
    const count = this.amounts.size;
    this.item.text = percent === null ? `$(cloud-download) ${count}` : `$(cloud-download) ${count}, ${percent} %`;
    this.item.accessibilityInformation = {
      label: vscode.l10n.t('Asset Fetch: {0} downloads, {1} percent', count, percent ?? 0),
    };
    this.item.show();
  }

  private makeItem(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('assetFetch.background', vscode.StatusBarAlignment.Left);
    item.name = vscode.l10n.t('Asset Fetch Downloads');
    item.tooltip = vscode.l10n.t('Asset Fetch downloads files. Click for the log.');
    item.command = 'assetFetch.openLog';
    return item;
  }

  private percent(): number | null {
    const amounts = [...this.amounts.values()];
    const total = amounts.reduce((sum, { totalBytes }) => (totalBytes === null ? Number.NaN : sum + totalBytes), 0);
    const received = amounts.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
    return percentOf(received, Number.isNaN(total) || total === 0 ? null : total);
  }
}
