// When a transfer saves its journal: often enough that a kill costs little, seldom enough that nobody notices.
import type { Clock } from './clock';

/** A `quick` save survives a killed process, a `durable` one a power cut. */
export type CheckpointKind = 'quick' | 'durable';

/** What a checkpoint does, in the transfer's hands. */
export interface CheckpointActions {
  /** Makes what is written so far survive a power cut; notes it as flushed when through. */
  flush(): Promise<void>;
  /** Replaces the journal. */
  save(kind: CheckpointKind): Promise<void>;
  /** A checkpoint failed. The transfer goes on: its writes will meet the same trouble if it lasts. */
  onFailed(error: unknown): void;
}

const SAVE_MS = 1_000;
/** On a fast link a second is a lot of bytes: at most this many, or this share of the file, are at stake. */
const SAVE_BYTES = 4 * 1024 * 1024;
const SAVE_SHARE = 1 / 256;
/** Flushing while the network still delivers keeps the flush at the end short. */
const FLUSH_MS = 10_000;
const FLUSH_BYTES = 64 * 1024 * 1024;

interface Mark {
  readonly bytes: number;
  readonly atMs: number;
}

/** One save and one flush at a time; a slow flush does not hold up the saves. */
export class Checkpoint {
  private saving: Promise<void> | null = null;
  private flushing: Promise<void> | null = null;
  private hasFlushed = false;
  private lastSave: Mark;
  private lastFlush: Mark;

  constructor(
    private readonly clock: Clock,
    private readonly actions: CheckpointActions,
  ) {
    this.lastSave = this.lastFlush = { bytes: 0, atMs: clock.nowMs() };
  }

  /** Call it after each write and each tick, with the bytes on disk as they are now. */
  note(writtenBytes: number, totalBytes: number | null): void {
    const now: Mark = { bytes: writtenBytes, atMs: this.clock.nowMs() };
    if (!this.flushing && isDue(this.lastFlush, now, FLUSH_BYTES, FLUSH_MS)) this.flush(now);
    const saveBytes = Math.max(SAVE_BYTES, (totalBytes ?? 0) * SAVE_SHARE);
    if (!this.saving && (this.hasFlushed || isDue(this.lastSave, now, saveBytes, SAVE_MS))) this.save(now);
  }

  /** Waits for what is under way, so that the journal can be saved a last time or removed. */
  async settle(): Promise<void> {
    await Promise.all([this.flushing, this.saving]);
  }

  private flush(now: Mark): void {
    this.lastFlush = now;
    this.flushing = this.actions
      .flush()
      .then(() => {
        this.hasFlushed = true;
      })
      .catch((error: unknown) => this.actions.onFailed(error))
      .finally(() => {
        this.flushing = null;
      });
  }

  private save(now: Mark): void {
    this.lastSave = now;
    const kind = this.hasFlushed ? 'durable' : 'quick';
    this.hasFlushed = false;
    this.saving = this.actions
      .save(kind)
      .catch((error: unknown) => this.actions.onFailed(error))
      .finally(() => {
        this.saving = null;
      });
  }
}

/** Only where something has changed since. */
function isDue(since: Mark, now: Mark, mostBytes: number, mostMs: number): boolean {
  return now.bytes !== since.bytes && (now.bytes - since.bytes >= mostBytes || now.atMs - since.atMs >= mostMs);
}
