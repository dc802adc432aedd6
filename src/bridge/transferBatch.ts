// Many transfers through one engine: a bounded number at once, the rest goes on when one fails. Which they are is
// assets/syncPlan.ts. The command line's runs; those of the editor are editor/assetList/listRun.ts.
import type { PlainFetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { BatchOutcome } from './batchOutcome';
import { HostHealth } from './hostHealth';
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

export interface BatchOptions {
  /** Most jobs that are handed to the port at once. */
  readonly atOnce?: number;
  /** Called for a job that ends without having been started: cancelled, or its hosts are out of reach. */
  readonly onSkipped?: (id: string, error: PlainFetchError) => void;
}

/** Enough that the engine's own limits decide what runs, few enough that cancelling is quick however long the list. */
const defaultAtOnce = 16;

const cancelled: PlainFetchError = { code: 'cancelled', message: 'Cancelled before it began.', details: {} };

/** One run over a list of jobs. Feed it every event of the port; it is over when `run` resolves. */
export class TransferBatch {
  private readonly outcomes = new Map<string, BatchOutcome>();
  private readonly running = new Map<string, BatchJob>();
  private readonly health = new HostHealth();
  private nextJob = 0;
  private isCancelled = false;
  private isFilling = false;
  private settle: (() => void) | null = null;

  constructor(
    private readonly port: TransferPort,
    private readonly jobs: readonly BatchJob[],
    private readonly options: BatchOptions = {},
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
    const job = this.running.get(event.id);
    if (job === undefined) return;
    this.running.delete(event.id);
    const outcome: BatchOutcome =
      event.type === 'done' ? { type: 'done', result: event.result } : { type: 'failed', error: event.error };
    this.outcomes.set(event.id, outcome);
    this.health.note(job.request.urls, outcome);
    this.fill();
  }

  /** Ends what runs and starts nothing more; jobs that never started fail with `cancelled`. Bytes received are kept. */
  cancel(): void {
    this.isCancelled = true;
    for (const id of [...this.running.keys()]) this.port.cancel(id);
    this.fill();
  }

  private fill(): void {
    // A port may report the end of a transfer while it is being started.
    if (this.isFilling) return;
    this.isFilling = true;
    const { atOnce = defaultAtOnce } = this.options;
    while (this.nextJob < this.jobs.length && (this.isCancelled || this.running.size < atOnce)) this.startNext();
    this.isFilling = false;
    if (this.running.size === 0 && this.nextJob === this.jobs.length) this.settle?.();
  }

  private startNext(): void {
    const job = this.jobs[this.nextJob];
    this.nextJob += 1;
    if (job === undefined) return;
    const error = this.isCancelled ? cancelled : this.health.findDown(job.request.urls);
    if (error !== null) {
      this.outcomes.set(job.id, { type: 'failed', error });
      this.options.onSkipped?.(job.id, error);
      return;
    }
    this.running.set(job.id, job);
    this.port.start(job.id, job.request);
  }
}
