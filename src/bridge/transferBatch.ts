// Many transfers through one engine: a bounded number at once, the rest goes on when one fails. Which they are is
// assets/syncPlan.ts; the same code serves the command line and the editor.
import type { PlainFetchError } from '../assets/fetchError';
import type { FetchRequest, FetchResult } from '../assets/request';
import type { TransferEvent } from './protocol';

/** Whoever carries transfers out: the engine's queue, or the host's handle on it. */
export interface TransferPort {
  start(id: string, request: FetchRequest): void;
  cancel(id: string): void;
}

export interface BatchJob {
  /** Unique among all transfers of the port. */
  readonly id: string;
  readonly request: FetchRequest;
}

export type BatchOutcome =
  | { readonly type: 'done'; readonly result: FetchResult }
  | { readonly type: 'failed'; readonly error: PlainFetchError };

/**
 * Jobs handed to the engine at once: enough that its own limits decide what runs, few enough that cancelling is quick
 * however long the list.
 */
const defaultAtOnce = 32;

/** One run over a list of jobs. Feed it every event of the port; it is over when `run` resolves. */
export class TransferBatch {
  private readonly outcomes = new Map<string, BatchOutcome>();
  private readonly running = new Set<string>();
  private nextJob = 0;
  private isCancelled = false;
  private isFilling = false;
  private settle: (() => void) | null = null;

  constructor(
    private readonly port: TransferPort,
    private readonly jobs: readonly BatchJob[],
    private readonly atOnce = defaultAtOnce,
  ) {}

  /** Starts everything; resolves with the outcome of every job by its id. Never rejects. To be called once. */
  async run(): Promise<ReadonlyMap<string, BatchOutcome>> {
    const finished = new Promise<void>((resolve) => (this.settle = resolve));
    this.fill();
    await finished;
    return this.outcomes;
  }

  /** Takes an event of the port; those of other transfers are ignored. */
  handle(event: TransferEvent): void {
    if (event.type !== 'done' && event.type !== 'failed') return;
    if (!this.running.delete(event.id)) return;
    this.outcomes.set(event.id, event.type === 'done' ? { type: 'done', result: event.result } : event);
    this.fill();
  }

  /** Ends what runs and starts nothing more; jobs that never started fail with `cancelled`. Bytes received are kept. */
  cancel(): void {
    this.isCancelled = true;
    for (const id of [...this.running]) this.port.cancel(id);
    this.fill();
  }

  private fill(): void {
    // A port may report the end of a transfer while it is being started.
    if (this.isFilling) return;
    this.isFilling = true;
    while (this.nextJob < this.jobs.length && (this.isCancelled || this.running.size < this.atOnce)) this.startNext();
    this.isFilling = false;
    if (this.running.size === 0 && this.nextJob === this.jobs.length) this.settle?.();
  }

  private startNext(): void {
    const job = this.jobs[this.nextJob];
    this.nextJob += 1;
    if (job === undefined) return;
    if (this.isCancelled) {
      this.outcomes.set(job.id, { type: 'failed', error: { code: 'cancelled', message: 'Cancelled.', details: {} } });
      return;
    }
    this.running.add(job.id);
    this.port.start(job.id, job.request);
  }
}
