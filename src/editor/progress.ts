// Transfers as a progress notification with Cancel, for what a person started. The words are progressText.ts.
import * as vscode from 'vscode';
import type { TransferEvent } from '../bridge/protocol';
import { asPlainText } from './plainText';
import { ProgressSteps, Throttle, UPDATE_INTERVAL_MS } from './progressSteps';
import { describeEvent } from './progressText';

/** Somewhere that a transfer is shown. `close()` takes it off, whatever events came; calling it twice does no harm. */
export interface TransferDisplay {
  handle(event: TransferEvent): void;
  close(): void;
}

/** One notification for one transfer. Cancelling it calls `onCancel` and leaves it open until `close()`. */
export class TransferNotification implements TransferDisplay {
  private item: NotificationItem;
  private steps = new ProgressSteps();
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  private title: string;

  constructor(
    name: string,
    private readonly onCancel: () => void,
  ) {
    this.title = asPlainText(vscode.l10n.t('Downloading {0}', name));
    this.item = new NotificationItem(this.title, onCancel);
  }

  handle(event: TransferEvent): void {
    switch (event.type) {
      case 'started':
        return this.begin(event.name, event.resumedBytes, event.totalBytes, event);
      case 'progress':
        if (this.throttle.allows(performance.now())) this.advance(event.receivedBytes, event.totalBytes, event);
        return;
      case 'verifying':
      case 'retrying':
      case 'waiting':
        return this.item.report({ message: describeEvent(event, vscode.l10n) ?? '' });
      case 'done':
      case 'failed':
        return;
    }
  }

  close(): void {
    this.item.close();
  }

  /** The name may be another than expected, and a second `started` means that the transfer began anew. */
  private begin(name: string, resumedBytes: number, totalBytes: number | null, event: TransferEvent): void {
    const title = asPlainText(vscode.l10n.t('Downloading {0}', name));
    if (title !== this.title) this.replaceItem(title);
    this.advance(resumedBytes, totalBytes, event);
  }

  private advance(receivedBytes: number, totalBytes: number | null, event: TransferEvent): void {
    // A progress item can't go back.
    if (this.steps.hasFallenBack(receivedBytes)) this.replaceItem(this.title);
    const increment = this.steps.advance(receivedBytes, totalBytes);
    const message = describeEvent(event, vscode.l10n) ?? '';
    this.item.report(increment === undefined ? { message } : { message, increment });
  }

  private replaceItem(title: string): void {
    this.title = title;
    this.item.close();
    this.item = new NotificationItem(title, this.onCancel);
    this.steps = new ProgressSteps();
  }
}

interface Step {
  readonly message?: string;
  readonly increment?: number;
}

/** `withProgress` turned inside out: open until `close()`. */
export class NotificationItem {
  private progress: vscode.Progress<Step> | null = null;
  /** What came before VS Code opened the item. */
  private waiting: Step = {};
  private readonly end: () => void;

  constructor(title: string, onCancel: () => void) {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.end = end;
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, (progress: vscode.Progress<Step>, token) => {
      this.progress = progress;
      progress.report(this.waiting);
      token.onCancellationRequested(onCancel);
      return ended;
    });
  }

  report(step: Step): void {
    if (this.progress !== null) this.progress.report(step);
    else this.waiting = { ...this.waiting, ...step, increment: (this.waiting.increment ?? 0) + (step.increment ?? 0) };
  }

  close(): void {
    this.end();
  }
}
