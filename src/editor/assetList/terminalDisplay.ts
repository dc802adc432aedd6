// A run over a list in a terminal: a line for every file that ended, and one that moves for all of them.
import * as vscode from 'vscode';
import { toPlainError } from '../../assets/fetchError';
import type { TransferEvent } from '../../bridge/protocol';
import { BatchProgress } from '../batchProgress';
import { describeError } from '../errorMessages';
import { Throttle, UPDATE_INTERVAL_MS } from '../progressSteps';
import { describeResult } from '../progressText';
import { writeLine, writeStatus } from '../taskOutput';
import type { RunDisplay } from './fetchLists';
import { nameOfList } from './listFile';
import type { ListItem } from './listReading';
import type { ItemOutcome } from './listRun';
import { describeSize, listNames, totalUp } from './planText';

const { l10n } = vscode;

/** Writes to one terminal; a second round of the same run begins anew. */
export class TerminalDisplay implements RunDisplay {
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  private progress = new BatchProgress([]);
  private indices = new Map<ListItem, number>();

  constructor(private readonly write: (text: string) => void) {}

  begin(items: readonly ListItem[]): void {
    this.progress = new BatchProgress(items.map(({ planned }) => planned.asset.sizeBytes));
    this.indices = new Map(items.map((item, index) => [item, index]));
    const totals = totalUp(items.map(({ planned }) => planned));
    const hosts = listNames(totals.hosts, l10n);
    const size = describeSize(totals, l10n);
    const text =
      totals.files === 1
        ? l10n.t('Asset Fetch: 1 file ({0}) from {1}', size, hosts)
        : l10n.t('Asset Fetch: {0} files ({1}) from {2}', totals.files, size, hosts);
    this.write(writeLine(text));
  }

  handle(item: ListItem, event: TransferEvent): void {
    this.progress.handle(this.indices.get(item) ?? 0, event);
    if (this.throttle.allows(performance.now())) this.write(writeStatus(this.progress.describe(l10n)));
  }

  end(outcome: ItemOutcome): void {
    this.write(writeLine(describeOutcome(outcome)));
  }

  close(): void {
    this.write(writeStatus(''));
  }
}

/** Failures name the entry's line, in the form that problem matchers know. */
function describeOutcome(outcome: ItemOutcome): string {
  const { file, planned } = outcome.item;
  const { path, line } = planned.asset;
  if (outcome.type === 'done') return describeResult(path, outcome.result, l10n);
  return `${nameOfList(file)}:${line}: error: ${describeError(toPlainError(outcome.error), path, l10n).text}`;
}
