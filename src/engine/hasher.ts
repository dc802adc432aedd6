// Running hashes of part files, off the thread that serves the network. Small files are hashed here: a thread costs more.
import { Worker } from 'node:worker_threads';
import { asFetchError, FetchError } from '../assets/fetchError';
import type { HashAlgorithm } from '../assets/integrity';
import { FileDigest, type FileProof } from './fileDigest';
import type { HashAnswer, HashRequest } from './hashThread';
import { translateLocalError } from './localError';

/** Below this many bytes a file is hashed in place; above, the thread has caught up before the network is done. */
const THREAD_FROM_BYTES = 8 * 1024 * 1024;
/** Frontier messages are this many bytes apart. */
const ADVANCE_BYTES = 1024 * 1024;

interface Pending {
  readonly path: string;
  readonly resolve: (proof: FileProof) => void;
  readonly reject: (error: FetchError) => void;
}

/** The hash thread of one engine, started when first needed and shared by its transfers. */
export class Hasher {
  private thread: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private lastJob = 0;

  /** `threadFile`: path of the built hashThread.js. */
  constructor(private readonly threadFile: string) {}

  /** A hash of the file at `path`, which may not exist yet. The caller disposes it. */
  start(path: string, algorithms: readonly HashAlgorithm[]): RunningHash {
    return new RunningHash(this, path, algorithms);
  }

  /** Ends the thread; unfinished jobs fail with `engineCrashed`. */
  async dispose(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    await thread?.terminate();
    this.failAll('The hash thread was stopped.');
  }

  openJob(path: string, algorithms: readonly HashAlgorithm[]): number {
    this.lastJob += 1;
    this.post({ type: 'open', job: this.lastJob, path, algorithms });
    return this.lastJob;
  }

  async finishJob(job: number, path: string, totalBytes: number, signal?: AbortSignal): Promise<FileProof> {
    const giveUp = (): void => {
      this.post({ type: 'close', job });
      this.take(job)?.reject(asFetchError(signal?.reason));
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.pending.set(job, { path, resolve, reject });
        this.thread?.ref();
        this.post({ type: 'finish', job, totalBytes });
      });
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  post(request: HashRequest): void {
    this.thread ??= this.startThread();
    this.thread.postMessage(request);
  }

  private startThread(): Worker {
    const thread = new Worker(this.threadFile);
    thread.unref();
    thread.on('message', (answer: HashAnswer) => this.settle(answer));
    thread.on('error', (error) => this.failAll(error instanceof Error ? error.message : String(error)));
    thread.on('exit', () => {
      if (this.thread === thread) this.thread = null;
      this.failAll('The hash thread ended.');
    });
    return thread;
  }

  private settle(answer: HashAnswer): void {
    const pending = this.take(answer.job);
    if (!pending) return;
    if (answer.type === 'proof') return pending.resolve(answer.proof);
    const cause = Object.assign(new Error(answer.message), answer.errno === null ? {} : { code: answer.errno });
    pending.reject(translateLocalError(cause, 'verify', pending.path));
  }

  private take(job: number): Pending | undefined {
    const pending = this.pending.get(job);
    this.pending.delete(job);
    if (this.pending.size === 0) this.thread?.unref();
    return pending;
  }

  private failAll(reason: string): void {
    const failed = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of failed) reject(new FetchError('engineCrashed', `Hashing stopped: ${reason} Try again.`));
  }
}

/** One file's hash. Its file may grow; bytes below the frontier must not change. */
export class RunningHash {
  private job: number | null = null;
  private announcedBytes = 0;

  constructor(
    private readonly hasher: Hasher,
    private readonly path: string,
    readonly algorithms: readonly HashAlgorithm[],
  ) {}

  /** Bytes below `frontierBytes` are on disk and final: they may be hashed now. */
  advance(frontierBytes: number): void {
    if (this.job === null && frontierBytes < THREAD_FROM_BYTES) return;
    if (frontierBytes - this.announcedBytes < ADVANCE_BYTES) return;
    this.job ??= this.hasher.openJob(this.path, this.algorithms);
    this.announcedBytes = frontierBytes;
    this.hasher.post({ type: 'advance', job: this.job, frontierBytes });
  }

  /**
   * Hashes the rest. Raises `localIo` where the file can't be read, `engineCrashed` where the thread died, and the signal's
   * reason.
   */
  async finish(totalBytes: number, signal?: AbortSignal): Promise<FileProof> {
    signal?.throwIfAborted();
    if (this.job === null && totalBytes >= THREAD_FROM_BYTES)
      this.job = this.hasher.openJob(this.path, this.algorithms);
    if (this.job === null) return this.finishHere(totalBytes);
    const { job } = this;
    this.job = null;
    return this.hasher.finishJob(job, this.path, totalBytes, signal);
  }

  /** Forgets what was hashed; used before a restart from zero and at the end. */
  reset(): void {
    if (this.job !== null) this.hasher.post({ type: 'close', job: this.job });
    this.job = null;
    this.announcedBytes = 0;
  }

  private async finishHere(totalBytes: number): Promise<FileProof> {
    try {
      const digest = await FileDigest.open(this.path, this.algorithms);
      try {
        return digest.finish(totalBytes);
      } finally {
        digest.dispose();
      }
    } catch (error) {
      throw translateLocalError(error, 'verify', this.path);
    }
  }
}
