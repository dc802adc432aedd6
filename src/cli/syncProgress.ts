// Adds up what many transfers tell, for one display. No output, no clock of its own.
import type { TransferEvent } from '../bridge/protocol';
import { RateMeter } from '../engine/rateMeter';
import type { ProgressFacts } from './progressText';

/** The state of a sync at one moment. */
export interface SyncSnapshot {
  readonly finishedFiles: number;
  readonly failedFiles: number;
  readonly totalFiles: number;
  /** Bytes received, those of finished files included. */
  readonly receivedBytes: number;
  /** Null until the size of every file is known. */
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
  readonly running: readonly ProgressFacts[];
}

/** A file to be fetched, by the id of its transfer. */
export interface ExpectedFile {
  readonly id: string;
  readonly name: string;
  /** Null where the list does not say. */
  readonly sizeBytes: number | null;
}

interface RunningFile {
  receivedBytes: number;
  bytesPerSecond: number;
  connections: number;
}

/** One sync in figures: files and bytes over all of its transfers, those of unknown size included. */
export class SyncProgress {
  private readonly sizes = new Map<string, number | null>();
  private readonly names = new Map<string, string>();
  private readonly running = new Map<string, RunningFile>();
  private readonly meter: RateMeter;
  private unknownSizes = 0;
  private knownBytes = 0;
  private finishedBytes = 0;
  private finishedFiles = 0;
  private failedFiles = 0;

  constructor(files: readonly ExpectedFile[], nowMs: number) {
    this.meter = new RateMeter(nowMs);
    for (const { id, name, sizeBytes } of files) {
      this.names.set(id, name);
      this.setSize(id, sizeBytes);
    }
  }

  /** Takes an event of one of the files; `nowMs` is monotonic. */
  handle(event: TransferEvent, nowMs: number): void {
    if (event.type === 'started') {
      this.setSize(event.id, event.totalBytes);
      this.setRunning(event.id, event.resumedBytes, 0, 0);
    } else if (event.type === 'progress') {
      this.setSize(event.id, event.totalBytes);
      this.setRunning(event.id, event.receivedBytes, event.bytesPerSecond, event.connections);
    } else if (event.type === 'done') {
      this.setSize(event.id, event.result.bytes);
      this.finish(event.id, event.result.bytes);
    } else if (event.type === 'failed') {
      if (event.error.code !== 'cancelled') this.failedFiles += 1;
      this.finish(event.id, this.running.get(event.id)?.receivedBytes ?? 0);
    }
    this.meter.sample(nowMs, this.receivedBytes);
  }

  get snapshot(): SyncSnapshot {
    const { finishedFiles, failedFiles, receivedBytes } = this;
    return {
      finishedFiles,
      failedFiles,
      totalFiles: this.sizes.size,
      receivedBytes,
      totalBytes: this.unknownSizes === 0 ? this.knownBytes : null,
      bytesPerSecond: this.meter.bytesPerSecond,
      running: [...this.running].map(([id, file]) => ({
        ...file,
        name: this.names.get(id) ?? id,
        totalBytes: this.sizes.get(id) ?? null,
      })),
    };
  }

  private get receivedBytes(): number {
    let bytes = this.finishedBytes;
    for (const { receivedBytes } of this.running.values()) bytes += receivedBytes;
    return bytes;
  }

  private setRunning(id: string, receivedBytes: number, bytesPerSecond: number, connections: number): void {
    this.running.set(id, { receivedBytes, bytesPerSecond, connections });
  }

  private finish(id: string, bytes: number): void {
    this.running.delete(id);
    this.finishedFiles += 1;
    this.finishedBytes += bytes;
  }

  /** A size that was known does not become unknown again. */
  private setSize(id: string, bytes: number | null): void {
    const before = this.sizes.get(id);
    if (before !== undefined && bytes === null) return;
    if (before === null) this.unknownSizes -= 1;
    if (bytes === null) this.unknownSizes += 1;
    this.knownBytes += (bytes ?? 0) - (before ?? 0);
    this.sizes.set(id, bytes);
  }
}
