// The host's handle on the engine: transfers and their events; no promise is left open. Questions are engineQuestions.ts, the thread
// is engineThread.ts, the meaning of the messages protocol.ts.
import { FetchError, fromPlainError } from '../assets/fetchError';
import type { ListEdit } from '../assets/listEdit';
import type { TextChange } from '../assets/manifestEdit';
import type { FetchRequest, FetchResult } from '../assets/request';
import { cancelled, cancelledUnheard, crashed } from './clientError';
import type { DiagnosisStep } from './diagnosis';
import { EngineQuestions } from './engineQuestions';
import { EngineThread } from './engineThread';
import type {
  EngineConfig,
  EngineMessage,
  HostMessage,
  ListReading,
  ListSurvey,
  LogLevel,
  TransferEvent,
  UnfinishedTransfer,
} from './protocol';

/** How long the engine may take for what it is asked, in milliseconds. */
export interface EngineClientTimeouts {
  /** From `cancel` to the transfer's end; after it the host goes on without the answer. */
  readonly cancelMs: number;
  /** From `listUnfinished`, `discard` or `editList` to the answer. */
  readonly answerMs: number;
  /** From `stop` to the thread's end; VS Code gives `deactivate` 5 s in all. */
  readonly stopMs: number;
}

const defaultTimeouts: EngineClientTimeouts = { cancelMs: 5000, answerMs: 30_000, stopMs: 1000 };

export interface EngineClientOptions {
  /** Absolute path of dist/worker.js. */
  readonly workerPath: string;
  readonly config: EngineConfig;
  readonly onLog: (level: LogLevel, text: string) => void;
  readonly timeouts?: Partial<EngineClientTimeouts>;
}

export interface StartOptions {
  /** Told every event of the transfer, `done` and `failed` included. What it throws is logged. */
  readonly onEvent?: (event: TransferEvent) => void;
  /** Aborting cancels: the promise rejects with `cancelled`, the bytes are kept (how many, an engine that is too slow to say leaves open). */
  readonly signal?: AbortSignal;
}

interface PendingTransfer {
  readonly onEvent: ((event: TransferEvent) => void) | undefined;
  readonly resolve: (result: FetchResult) => void;
  readonly reject: (error: FetchError) => void;
}

/**
 * One engine thread. Every promise that it hands out settles: where a thread throws, exits or says what can't be understood, questions
 * fail with `engineCrashed`; transfers go on in a new thread, once, and fail so when that dies, too (the bytes are kept). Call `dispose()` at the end.
 */
export class EngineClient {
  private readonly thread: EngineThread;
  private readonly transfers = new Map<string, PendingTransfer>();
  private readonly questions = new EngineQuestions({
    nextId: () => this.nextId(),
    post: (message) => this.post(message),
    leave: (id) => {
      if (!this.isDisposed) this.post({ type: 'cancel', id });
    },
  });
  private readonly timeouts: EngineClientTimeouts;
  private lastId = 0;
  private isDisposed = false;

  constructor(private readonly options: EngineClientOptions) {
    this.timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.thread = new EngineThread(options.workerPath, options.config, {
      onMessage: (message) => this.receive(message),
      onDeath: (reason) => this.failAll(reason),
    });
  }

  /** Settings for transfers that start from now on. Does not start the thread. */
  configure(config: EngineConfig): void {
    this.thread.configure(config);
  }

  /**
   * Fetches one file. Resolves when it is published. Where the thread dies the transfer goes on in a new one, once.
   * @throws FetchError of any code; `engineCrashed` where the thread died twice
   */
  async start(request: FetchRequest, options: StartOptions = {}): Promise<FetchResult> {
    try {
      return await this.startOnce(request, options);
    } catch (error) {
      const isLost = error instanceof FetchError && error.code === 'engineCrashed';
      if (!isLost || this.isDisposed) throw error;
      return this.startOnce(request, options);
    }
  }

  private async startOnce(request: FetchRequest, { onEvent, signal }: StartOptions): Promise<FetchResult> {
    if (signal?.aborted === true) throw cancelled();
    const id = this.nextId();
    const cancel = (): void => this.cancel(id);
    try {
      return await new Promise<FetchResult>((resolve, reject) => {
        this.transfers.set(id, { onEvent, resolve, reject });
        signal?.addEventListener('abort', cancel, { once: true });
        this.post({ type: 'start', id, request });
      });
    } finally {
      this.transfers.delete(id);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends a transfer with `cancelled`; `id` is that of its events. Its bytes are kept. Unknown ids are ignored. */
  cancel(id: string): void {
    this.end('cancel', id);
  }

  /** As `cancel`, and tells the engine that the transfer is to go on later. */
  pause(id: string): void {
    this.end('pause', id);
  }

  /** Transfers left unfinished by earlier runs that no window is working on. @throws FetchError `engineCrashed` */
  async listUnfinished(): Promise<readonly UnfinishedTransfer[]> {
    const question = (id: string): HostMessage => ({ type: 'listUnfinished', id });
    return (await this.questions.ask('unfinished', this.timeouts.answerMs, question)).transfers;
  }

  /** Deletes what an unfinished transfer left on disk. @throws FetchError `busy` where a window works on it; `localIo`; `engineCrashed` */
  async discard(key: string): Promise<void> {
    const question = (id: string): HostMessage => ({ type: 'discard', id, key });
    const { error } = await this.questions.ask('discarded', this.timeouts.answerMs, question);
    if (error !== null) throw fromPlainError(error);
  }

  /**
   * Parses an asset list off this thread and, with `survey`, looks at what is on disk. Reading large files takes its time: there
   * is no limit but `signal`, whose abort rejects at once. @throws FetchError `cancelled`, `engineCrashed`
   */
  async readList(text: string, survey: ListSurvey | null, signal?: AbortSignal): Promise<ListReading> {
    const question = (id: string): HostMessage => ({ type: 'readList', id, text, survey });
    return (await this.questions.askAtLength('listRead', signal, question)).reading;
  }

  /**
   * Works out, off this thread, how the text of a list has to change.
   * @throws FetchError `invalidRequest` where the list cannot be edited so; `engineCrashed`
   */
  async editList(text: string, edit: ListEdit): Promise<TextChange> {
    const question = (id: string): HostMessage => ({ type: 'editList', id, text, edit });
    const { change, error } = await this.questions.ask('listEdited', this.timeouts.answerMs, question);
    if (error !== null) throw fromPlainError(error);
    if (change === null) throw crashed('it answers neither a change nor an error');
    return change;
  }

  /**
   * What a transfer of this URL would meet, step by step; failures are steps. No limit of time but those of connecting, and `signal`,
   * whose abort rejects at once. @throws FetchError `cancelled`, `engineCrashed`
   */
  async diagnose(url: string, signal?: AbortSignal): Promise<readonly DiagnosisStep[]> {
    const question = (id: string): HostMessage => ({ type: 'diagnose', id, url });
    return (await this.questions.askAtLength('diagnosis', signal, question)).steps;
  }

  /** Stops the thread: journals are saved, whatever is pending rejects with `cancelled`. Resolves within `stopMs` and a moment. */
  async dispose(): Promise<void> {
    this.isDisposed = true;
    await this.thread.stop(this.timeouts.stopMs);
    this.rejectAll(cancelledUnheard());
  }

  private end(type: 'cancel' | 'pause', id: string): void {
    const transfer = this.transfers.get(id);
    if (transfer === undefined || this.isDisposed) return;
    this.post({ type, id });
    // Without effect on a transfer that has ended by then.
    setTimeout(() => transfer.reject(cancelledUnheard()), this.timeouts.cancelMs).unref();
  }

  private nextId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }

  private post(message: HostMessage): void {
    if (this.isDisposed) throw cancelled();
    this.thread.post(message);
  }

  private receive(message: EngineMessage): void {
    switch (message.type) {
      case 'log':
        this.options.onLog(message.level, message.text);
        break;
      case 'unfinished':
      case 'discarded':
      case 'listRead':
      case 'listEdited':
      case 'diagnosis':
        this.questions.answer(message);
        break;
      default:
        this.passOn(message);
    }
  }

  private passOn(event: TransferEvent): void {
    const transfer = this.transfers.get(event.id);
    if (transfer === undefined) return this.failQuestion(event);
    try {
      transfer.onEvent?.(event);
    } catch (error) {
      // A display that is gone must not keep the transfer from ending.
      this.options.onLog('warn', `An event could not be shown: ${String(error)}`);
    }
    if (event.type === 'done') transfer.resolve(event.result);
    if (event.type === 'failed') transfer.reject(fromPlainError(event.error));
  }

  /** The engine fails a question only where it does not understand it; else it answers. */
  private failQuestion(event: TransferEvent): void {
    if (event.type === 'failed') this.questions.fail(event.id, fromPlainError(event.error));
  }

  private failAll(reason: string): void {
    if (this.isDisposed) return;
    this.options.onLog('error', `The engine stopped: ${reason}.`);
    this.rejectAll(crashed(reason));
  }

  private rejectAll(error: FetchError): void {
    for (const { reject } of this.transfers.values()) reject(error);
    this.questions.rejectAll(error);
  }
}
