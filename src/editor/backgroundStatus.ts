// One status bar item for transfers that nobody watches in a notification: those that other extensions started, and lists that are
// fetched unasked.
import * as vscode from 'vscode';
import { percentOf } from '../assets/quantityText';
import { goOn } from './endNotices';
import type { Log } from './log';
import { showNotice } from './notices';
import type { TransferDisplay } from './progress';
import { Throttle } from './progressSteps';

const { l10n } = vscode;

const UPDATE_INTERVAL_MS = 500;

interface Amount {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
}

interface Transfer extends Amount {
  readonly cancel: () => void;
}

/** Runs only from the status bar. */
const command = 'assetFetch.background.show';

/** Shown while at least one transfer runs. Clicking it offers to cancel. Dispose it at the end. */
export class BackgroundStatus {
  private readonly transfers = new Map<symbol, Transfer>();
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  private readonly registration: vscode.Disposable;
  private item: vscode.StatusBarItem | null = null;

  constructor(private readonly log: Log) {
    this.registration = vscode.commands.registerCommand(command, () => goOn(this.offerCancel(), log));
  }

  /** Adds a transfer until the display is closed. @param cancel called where a person cancels what runs; more than once does no harm */
  add(cancel: () => void): TransferDisplay {
    const id = Symbol('transfer');
    this.transfers.set(id, { receivedBytes: 0, totalBytes: null, cancel });
    this.show();
    return {
      handle: (event) => {
        if (event.type === 'progress') this.transfers.set(id, { ...event, cancel });
        if (this.throttle.allows(performance.now())) this.show();
      },
      close: () => {
        this.transfers.delete(id);
        this.show();
      },
    };
  }

  dispose(): void {
    this.registration.dispose();
    this.item?.dispose();
  }

  private async offerCancel(): Promise<void> {
    const running = [...this.transfers.values()];
    if (running.length === 0) return;
    const step = await showNotice('info', describeRunning(running.length), [
      { id: 'cancel', title: l10n.t('Cancel') },
      { id: 'openLog', title: l10n.t('Open Log') },
    ]);
    if (step === 'cancel') for (const { cancel } of running) cancel();
    if (step === 'openLog') this.log.show();
  }

  private show(): void {
    const count = this.transfers.size;
    if (count === 0) return this.item?.hide();
    this.item ??= this.makeItem();
    const percent = this.percent();
    this.item.text = percent === null ? `$(cloud-download) ${count}` : `$(cloud-download) ${count}, ${percent} %`;
    const state = percent === null ? '' : ` ${l10n.t('{0} percent are here.', percent)}`;
    this.item.accessibilityInformation = { label: `${describeRunning(count)}${state}`, role: 'button' };
    this.item.show();
  }

  private makeItem(): vscode.StatusBarItem {
    const item = vscode.window.createStatusBarItem('assetFetch.background', vscode.StatusBarAlignment.Left);
    item.name = l10n.t('Asset Fetch Downloads');
    item.tooltip = l10n.t('Asset Fetch downloads files. Click to cancel, or for the log.');
    item.command = command;
    return item;
  }

  private percent(): number | null {
    const amounts = [...this.transfers.values()];
    const total = amounts.reduce((sum, { totalBytes }) => (totalBytes === null ? Number.NaN : sum + totalBytes), 0);
    const received = amounts.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
    return percentOf(received, Number.isNaN(total) || total === 0 ? null : total);
  }
}

function describeRunning(count: number): string {
  return count === 1
    ? l10n.t('Asset Fetch downloads 1 file in the background.')
    : l10n.t('Asset Fetch downloads {0} files in the background.', count);
}
