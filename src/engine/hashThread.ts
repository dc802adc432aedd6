// Entry of the hash thread: hashes part files behind their frontiers, several in turn. The other end is hasher.ts.
import { parentPort, type MessagePort } from 'node:worker_threads';
import type { HashAlgorithm } from '../assets/integrity';
import { FileDigest, type FileProof } from './fileDigest';

export type HashRequest =
  | {
      readonly type: 'open';
      readonly job: number;
      readonly path: string;
      readonly algorithms: readonly HashAlgorithm[];
    }
  /** Bytes below `frontierBytes` are on disk and final. */
  | { readonly type: 'advance'; readonly job: number; readonly frontierBytes: number }
  | { readonly type: 'finish'; readonly job: number; readonly totalBytes: number }
  | { readonly type: 'close'; readonly job: number };

/** Exactly one answer to each `finish`. */
export type HashAnswer =
  | { readonly type: 'proof'; readonly job: number; readonly proof: FileProof }
  | { readonly type: 'failed'; readonly job: number; readonly message: string; readonly errno: string | null };

interface Job {
  readonly opening: Promise<FileDigest>;
  digest: FileDigest | null;
  frontierBytes: number;
  totalBytes: number | null;
  /** Kept until `finish` asks: every `finish` has an answer. */
  failure: HashAnswer | null;
}

/** Pieces between two looks at the mailbox. */
const STEPS_A_TURN = 16;

class HashThread {
  private readonly jobs = new Map<number, Job>();
  private isTurnPlanned = false;

  constructor(private readonly port: MessagePort) {
    port.on('message', (request: HashRequest) => this.receive(request));
  }

  private receive(request: HashRequest): void {
    const job = this.jobs.get(request.job);
    if (request.type === 'open') return this.open(request.job, request.path, request.algorithms);
    if (!job) {
      if (request.type === 'finish')
        this.answer({ type: 'failed', job: request.job, message: 'unknown job', errno: null });
      return;
    }
    if (request.type === 'advance') job.frontierBytes = Math.max(job.frontierBytes, request.frontierBytes);
    else if (request.type === 'finish') job.totalBytes = job.frontierBytes = request.totalBytes;
    else return this.close(request.job, job);
    if (request.type === 'finish' && job.failure) {
      this.answer(job.failure);
      return this.close(request.job, job);
    }
    this.planTurn();
  }

  private open(id: number, path: string, algorithms: readonly HashAlgorithm[]): void {
    const opening = FileDigest.open(path, algorithms);
    const job: Job = { opening, digest: null, frontierBytes: 0, totalBytes: null, failure: null };
    this.jobs.set(id, job);
    opening.then(
      (digest) => {
        job.digest = digest;
        this.planTurn();
      },
      (error: unknown) => this.fail(id, error),
    );
  }

  private planTurn(): void {
    if (this.isTurnPlanned) return;
    this.isTurnPlanned = true;
    setImmediate(() => {
      this.isTurnPlanned = false;
      const hasMore = [...this.jobs].map(([id, job]) => this.work(id, job)).some(Boolean);
      if (hasMore) this.planTurn();
    });
  }

  /** Some steps of one job; whether there are more. */
  private work(id: number, job: Job): boolean {
    const { digest } = job;
    if (!digest || job.failure) return false;
    try {
      for (let steps = 0; steps < STEPS_A_TURN; steps += 1) {
        if (!digest.step(job.frontierBytes)) return this.finishIfAsked(id, job, digest);
      }
      return true;
    } catch (error) {
      this.fail(id, error);
      return false;
    }
  }

  private finishIfAsked(id: number, job: Job, digest: FileDigest): false {
    if (job.totalBytes !== null) {
      this.answer({ type: 'proof', job: id, proof: digest.finish(job.totalBytes) });
      this.close(id, job);
    }
    return false;
  }

  private fail(id: number, error: unknown): void {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : null;
    const message = error instanceof Error ? error.message : String(error);
    const job = this.jobs.get(id);
    if (!job) return;
    job.failure = { type: 'failed', job: id, message, errno };
    if (job.totalBytes === null) return;
    this.answer(job.failure);
    this.close(id, job);
  }

  private close(id: number, job: Job): void {
    this.jobs.delete(id);
    job.opening.then((digest) => digest.dispose()).catch(() => undefined);
  }

  private answer(answer: HashAnswer): void {
    this.port.postMessage(answer);
  }
}

if (parentPort) new HashThread(parentPort);
