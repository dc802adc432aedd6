// Which listed files are being fetched in this window, and how far they are, for the lines above their entries.
import * as vscode from 'vscode';
import type { TransferEvent } from '../../bridge/protocol';
import { Throttle } from '../progressSteps';
import type { RunningAmount } from './entryState';

/** Lines that jump more often than twice a second cannot be read. */
const UPDATE_INTERVAL_MS = 500;

/** By absolute path. Dispose it at the end. */
export class RunningAssets implements vscode.Disposable {
  private readonly amounts = new Map<string, RunningAmount>();
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  private readonly changed = new vscode.EventEmitter<void>();
  /** At most twice a second, and whenever a file begins or ends. */
  readonly onDidChange = this.changed.event;

  get(file: string): RunningAmount | null {
    return this.amounts.get(file) ?? null;
  }

  handle(file: string, event: TransferEvent): void {
    if (event.type === 'started') this.set(file, event.resumedBytes, event.totalBytes);
    if (event.type === 'progress') this.set(file, event.receivedBytes, event.totalBytes);
  }

  end(file: string): void {
    // An end is never left out: nothing would come after it to take the line away.
    if (this.amounts.delete(file)) this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private set(file: string, receivedBytes: number, totalBytes: number | null): void {
    const isNew = !this.amounts.has(file);
    this.amounts.set(file, { receivedBytes, totalBytes });
    if (this.throttle.allows(performance.now()) || isNew) this.changed.fire();
  }
}
