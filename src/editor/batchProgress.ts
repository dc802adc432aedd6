// Adds up what several transfers tell, for one line of text. Pure.
import { formatBytes } from '../assets/quantityText';
import type { TransferEvent } from '../bridge/protocol';
import type { Localizer } from './localizer';

interface FileState {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
}

/** The state of several transfers, by any key that tells them apart. */
export class BatchProgress {
  private readonly files = new Map<number, FileState>();
  private finishedFiles = 0;

  constructor(private readonly fileCount: number) {}

  handle(file: number, event: TransferEvent): void {
    if (event.type === 'progress') this.files.set(file, event);
    if (event.type === 'done') this.files.set(file, finished(event.result.bytes));
    if (event.type === 'done' || event.type === 'failed') this.finishedFiles += 1;
  }

  get receivedBytes(): number {
    return this.sum(({ receivedBytes }) => receivedBytes);
  }

  /** Null until every file's size is known. */
  get totalBytes(): number | null {
    if (this.files.size < this.fileCount) return null;
    const total = this.sum(({ totalBytes }) => totalBytes ?? Number.NaN);
    return Number.isNaN(total) ? null : total;
  }

  /** `2 of 5 files, 12 MB, 3.1 MB/s` */
  describe(l10n: Localizer): string {
    const speed = this.sum(({ bytesPerSecond }) => bytesPerSecond);
    const files = l10n.t('{0} of {1} files', this.finishedFiles, this.fileCount);
    const parts = [files, formatBytes(this.receivedBytes)];
    if (speed > 0) parts.push(l10n.t('{0}/s', formatBytes(Math.round(speed))));
    return parts.join(', ');
  }

  private sum(amountOf: (file: FileState) => number): number {
    return [...this.files.values()].reduce((sum, file) => sum + amountOf(file), 0);
  }
}

function finished(bytes: number): FileState {
  return { receivedBytes: bytes, totalBytes: bytes, bytesPerSecond: 0 };
}
