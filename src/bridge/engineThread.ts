// The engine's thread itself: started on the first message, declared dead once, stopped within a second. Knows nothing of transfers.
import { Worker } from 'node:worker_threads';
import { parseEngineMessage } from './engineMessages';
import type { EngineConfig, EngineMessage, HostMessage } from './protocol';

/** The engine holds at most 2 MiB a transfer, outside this heap; what comes near this limit is a leak of ours. */
const HEAP_LIMIT_MB = 512;

export interface EngineThreadEvents {
  readonly onMessage: (message: EngineMessage) => void;
  /** Nothing that was posted before will be answered. The next post starts a new thread. `reason` is a clause: `it ended with code 1`. */
  readonly onDeath: (reason: string) => void;
}

/** A worker thread that comes back. Call `stop()` at the end; nothing may be posted after it. */
export class EngineThread {
  private worker: Worker | null = null;

  constructor(
    private readonly workerPath: string,
    private config: EngineConfig,
    private readonly events: EngineThreadEvents,
  ) {}

  configure(config: EngineConfig): void {
    this.config = config;
    if (this.worker !== null) this.post({ type: 'configure', config });
  }

  post(message: HostMessage): void {
    this.worker ??= this.spawn();
    this.worker.postMessage(message);
  }

  /** Asks the thread to save and end, and ends it by force after `graceMs`. Resolves once it has ended. */
  async stop(graceMs: number): Promise<void> {
    const { worker } = this;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.post({ type: 'stop' });
    const timer = setTimeout(() => void worker.terminate(), graceMs);
    await ended;
    clearTimeout(timer);
  }

  private spawn(): Worker {
    const worker = new Worker(this.workerPath, {
      // An inspector's port or a loader of the host is not the engine's.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
    });
    const die = (reason: string): void => this.bury(worker, reason);
    worker.on('message', (message: unknown) => this.receive(message, die));
    worker.on('messageerror', (error) => die(error.message));
    worker.on('error', (error) => die(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => die(`it ended with code ${code}`));
    worker.postMessage({ type: 'configure', config: this.config } satisfies HostMessage);
    return worker;
  }

  /** A thread that can't be understood may have said `done`; believing it is out of the question, and so is waiting for more. */
  private receive(raw: unknown, die: (reason: string) => void): void {
    const message = parseEngineMessage(raw);
    if (message === null) die('it sent a message that is not understood');
    else this.events.onMessage(message);
  }

  /** The first sign of death counts; `exit` follows every `error`. */
  private bury(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = null;
    void worker.terminate();
    this.events.onDeath(reason);
  }
}
