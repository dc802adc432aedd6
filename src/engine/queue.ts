// All transfers of one engine: how many at once, cancel by id, one end for each. Used by the worker thread and the command line.
import { join } from 'node:path';
import { asFetchError, FetchError, toPlainError } from '../assets/fetchError';
import type { HashAlgorithm } from '../assets/integrity';
import type { FetchRequest } from '../assets/request';
import type { DiskState, ListedAsset } from '../assets/syncPlan';
import type { EngineConfig, EngineMessage, LogLevel, UnfinishedTransfer } from '../bridge/protocol';
import { ConnectionBudget } from './connectionBudget';
import { sweepStaged } from './copyBeside';
import { createDisk, type Disk } from './disk';
import { surveyDisk } from './diskSurvey';
import type { EngineContext } from './engineContext';
import { Hasher } from './hasher';
import { HttpClient } from './http';
import { acquireLease } from './lease';
import { makeLoadMeter } from './loadMeter';
import { PlaceCache } from './placeCache';
import { Transfer } from './transfer';
import { discardTransfer, transferFolder, type TransferFolder } from './transferFolder';
import { listUnfinished } from './unfinished';
import { openVerifiedCache, type Digests, type VerifiedCache } from './verifiedCache';

/** What the engine takes from its process; tests replace parts of it. */
export interface EngineSurroundings {
  readonly createDisk: (log: Disk['log']) => Disk;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** Path of the built hashThread.js. */
  readonly hashThreadFile: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A function that says whether this thread, not the network, is what holds transfers up. */
  readonly makeLoadMeter: () => () => boolean;
}

const processSurroundings: EngineSurroundings = {
  createDisk,
  random: Math.random,
  hashThreadFile: join(__dirname, 'hashThread.js'),
  environment: process.env,
  makeLoadMeter,
};

interface Job {
  readonly id: string;
  readonly request: FetchRequest;
  readonly controller: AbortController;
}

/** The transfers of one configuration; it has to be disposed, or retired when newer settings replace it. */
export class TransferQueue {
  private readonly context: EngineContext;
  private readonly waiting: Job[] = [];
  private readonly running = new Map<string, { readonly job: Job; readonly end: Promise<void> }>();
  private cache: Promise<VerifiedCache> | null = null;
  private isDisposed = false;

  /** `emit` receives every event; each `start` ends in exactly one `done` or `failed`. */
  constructor(
    config: EngineConfig,
    private readonly emit: (message: EngineMessage) => void,
    surroundings: Partial<EngineSurroundings> = {},
  ) {
    const around = { ...processSurroundings, ...surroundings };
    const log = (level: LogLevel, text: string): void => this.emit({ type: 'log', level, text });
    const disk = around.createDisk(log);
    this.context = {
      config,
      disk,
      places: new PlaceCache(disk),
      http: new HttpClient({ ...config, environment: around.environment }),
      budget: new ConnectionBudget(config.connectionsPerHost, config.connectionsInAll),
      hasher: new Hasher(around.hashThreadFile),
      openCache: () => (this.cache ??= openVerifiedCache(this.context.disk, config.stateDir)),
      random: around.random,
      isLocallyBound: around.makeLoadMeter(),
    };
  }

  start(id: string, request: FetchRequest): void {
    this.waiting.push({ id, request, controller: new AbortController() });
    this.startNext();
  }

  /** Ends a transfer with `cancelled`; what it has on disk is kept. Unknown ids are ignored: it may just have ended. */
  cancel(id: string): void {
    const reason = new FetchError('cancelled', 'The download was cancelled.');
    const index = this.waiting.findIndex((job) => job.id === id);
    const [job] = index >= 0 ? this.waiting.splice(index, 1) : [];
    if (job) this.fail(job, reason);
    else this.running.get(id)?.job.controller.abort(reason);
  }

  /** The same as `cancel`: bytes are always kept. */
  pause(id: string): void {
    this.cancel(id);
  }

  /** Transfers that an earlier run left and nobody works on now. */
  async listUnfinished(): Promise<UnfinishedTransfer[]> {
    const { stateDir, otherStateDirs } = this.context.config;
    return listUnfinished(this.context.disk, [stateDir, ...otherStateDirs]);
  }

  /** Removes what an unfinished transfer left. Raises `invalidRequest` for a foreign key, `busy`, `localIo`. */
  async discard(key: string): Promise<void> {
    const { disk, config } = this.context;
    const waiting = new AbortController();
    const stopTimer = disk.clock.every(DISCARD_WAIT_MS, () => waiting.abort(heldByOthers()));
    try {
      for (const stateDir of [config.stateDir, ...config.otherStateDirs]) {
        await this.discardFolder(transferFolder(stateDir, key), waiting.signal);
      }
    } finally {
      stopTimer();
    }
  }

  private async discardFolder(folder: TransferFolder, signal: AbortSignal): Promise<void> {
    const { disk } = this.context;
    const exists = await disk.fileSystem.lstat(folder.dir).then(
      () => true,
      () => false,
    );
    if (!exists) return;
    const lease = await acquireLease(disk, folder.dir, { signal, onWaiting: () => undefined });
    try {
      await discardTransfer(disk, folder);
    } finally {
      await lease.release();
    }
  }

  /**
   * What lies where a list wants files, remembered for the next look. Rejects with the signal's reason; raises `localIo`,
   * `permissionDenied`.
   */
  async survey<Asset extends ListedAsset>(
    assets: readonly Asset[],
    choice: { readonly root: string; readonly isThorough: boolean; readonly signal: AbortSignal },
  ): Promise<ReadonlyMap<Asset, DiskState>> {
    const { hasher, openCache } = this.context;
    const hash = async (file: string, algorithms: readonly HashAlgorithm[], bytes: number): Promise<Digests> =>
      (await hasher.start(file, algorithms).finish(bytes, choice.signal)).digests;
    const states = await surveyDisk(assets, { ...choice, hash, verifiedCache: await openCache() });
    await this.saveCache();
    return states;
  }

  /** Disposes itself once everything started has ended: newer settings have made another queue. */
  async retire(): Promise<void> {
    while (this.running.size > 0) await Promise.all([...this.running.values()].map(({ end }) => end));
    await this.dispose();
  }

  /** Cancels everything, saves every journal, removes what kills left, closes every connection and ends the hash thread. */
  async dispose(): Promise<void> {
    this.isDisposed = true;
    for (const { id } of [...this.waiting]) this.cancel(id);
    const ends = [...this.running.values()].map(({ job, end }) => {
      this.cancel(job.id);
      return end;
    });
    await Promise.all(ends);
    await this.saveCache();
    await sweepStaged(this.context.disk, this.context.config.stateDir);
    await Promise.all([this.context.http.dispose(), this.context.hasher.dispose()]);
  }

  private startNext(): void {
    while (!this.isDisposed && this.running.size < this.context.config.filesAtOnce) {
      const job = this.waiting.shift();
      if (!job) return;
      const end = this.run(job).finally(() => {
        this.running.delete(job.id);
        this.startNext();
      });
      this.running.set(job.id, { job, end });
    }
  }

  private async run(job: Job): Promise<void> {
    const { id } = job;
    try {
      const transfer = new Transfer(
        this.context,
        job.request,
        (event) => this.emit({ ...event, id }),
        job.controller.signal,
      );
      const result = await transfer.run();
      if (this.running.size <= 1) await this.saveCache();
      this.emit({ type: 'done', id, result });
    } catch (error) {
      this.fail(job, asFetchError(error));
    }
  }

  private fail({ id }: Job, error: FetchError): void {
    if (error.code === 'engineCrashed') this.emit({ type: 'log', level: 'error', text: describeCause(error) });
    this.emit({ type: 'failed', id, error: toPlainError(error) });
  }

  private async saveCache(): Promise<void> {
    const { log } = this.context.disk;
    await this.cache
      ?.then((cache) => cache.save())
      .catch((error: unknown) => log('warn', `Saving the cache failed: ${asFetchError(error).message}`));
  }
}

/** A defect of ours: the stack says where. */
function describeCause({ cause, message }: FetchError): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : message;
}

function heldByOthers(): FetchError {
  const message =
    'Another window or process works on this download. Let it finish, or cancel it there, then try again.';
  return new FetchError('busy', message);
}

/** A discard does not wait longer than this for another window. */
const DISCARD_WAIT_MS = 5_000;
