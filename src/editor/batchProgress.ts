// Adds up what several transfers tell, for one line of text. Pure.
import { formatBytes } from '../assets/quantityText';
import type { TransferEvent } from '../bridge/protocol';
import type { Localizer } from './localizer';

interface FileState {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
}

/** The state of several transfers, by their place in the list of expected files. */
export class BatchProgress {
  private readonly files: FileState[];
  private finishedFiles = 0;

  /** @param expectedBytes size of every file; null where it is not known yet */
  constructor(expectedBytes: readonly (number | null)[]) {
    this.files = expectedBytes.map((totalBytes) => ({ receivedBytes: 0, totalBytes, bytesPerSecond: 0 }));
  }

  handle(file: number, event: TransferEvent): void {
    if (event.type === 'progress') this.files[file] = event;
    if (event.type === 'done') this.files[file] = finished(event.result.bytes);
    if (event.type === 'failed') this.files[file] = { ...this.stateOf(file), bytesPerSecond: 0 };
    if (event.type === 'done' || event.type === 'failed') this.finishedFiles += 1;
  }

  get receivedBytes(): number {
    return this.sum(({ receivedBytes }) => receivedBytes);
  }

  /** Null until every file's size is known. */
  get totalBytes(): number | null {
    const total = this.sum(({ totalBytes }) => totalBytes ?? Number.NaN);
    return Number.isNaN(total) ? null : total;
  }

  /** `2 of 5 files, 12 MB of 45 MB, 3.1 MB/s`; of one file without the count. */
  describe(l10n: Localizer): string {
    const { receivedBytes, totalBytes } = this;
    const speed = this.sum(({ bytesPerSecond }) => bytesPerSecond);
    const received = formatBytes(receivedBytes);
    const amount = totalBytes === null ? received : l10n.t('{0} of {1}', received, formatBytes(totalBytes));
    const isOne = this.files.length === 1;
    const parts = isOne ? [amount] : [l10n.t('{0} of {1} files', this.finishedFiles, this.files.length), amount];
    if (speed > 0) parts.push(l10n.t('{0}/s', formatBytes(Math.round(speed))));
    return parts.join(', ');
  }

  private stateOf(file: number): FileState {
    return this.files[file] ?? finished(0);
  }

  private sum(amountOf: (file: FileState) => number): number {
    return this.files.reduce((sum, file) => sum + amountOf(file), 0);
  }
}

function finished(bytes: number): FileState {
  return { receivedBytes: bytes, totalBytes: bytes, bytesPerSecond: 0 };
}
