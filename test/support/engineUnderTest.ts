// The whole engine (TransferQueue) with real sockets and a real disk, in temp folders of its own, and what came of each transfer.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { PlainFetchError } from '../../src/assets/fetchError';
import { makeRequest, type FetchRequest, type FetchResult } from '../../src/assets/request';
import {
  defaultEngineConfig,
  type EngineConfig,
  type EngineMessage,
  type TransferEvent,
  type UnfinishedTransfer,
} from '../../src/bridge/protocol';
import type { Clock } from '../../src/engine/clock';
import { createDisk, type Disk } from '../../src/engine/disk';
import { TransferQueue } from '../../src/engine/queue';
import { buildHashThread } from './hashThread';
import { TempFolder } from './tempFolder';
import { VirtualClock } from './virtualClock';

/** How a transfer ended. */
export type Outcome =
  | { readonly type: 'done'; readonly result: FetchResult; readonly bytes: Buffer }
  | { readonly type: 'failed'; readonly error: PlainFetchError };

export interface Running {
  readonly id: string;
  readonly events: readonly TransferEvent[];
  readonly outcome: Promise<Outcome>;
}

export interface EngineChoices {
  readonly config?: Partial<EngineConfig>;
  /** Default: virtual time that skips sleeps and otherwise runs ten times as fast as the real one. */
  readonly clock?: Clock;
  /** Parts of the disk to replace. */
  readonly disk?: Partial<Disk>;
  /** Default: the real hash thread. */
  readonly hashThreadFile?: string;
}

/** Virtual seconds pass in a tenth of the time: watchdogs and ramps are seen at work without waiting for them. */
const TIME_SCALE = 10;

export class EngineUnderTest {
  /** Every message of every transfer, logs included. */
  readonly messages: EngineMessage[] = [];
  private readonly watchers = new Set<() => void>();
  private readonly eventsById = new Map<string, TransferEvent[]>();
  private queue: TransferQueue;
  private lastId = 0;

  private constructor(
    readonly folder: TempFolder,
    readonly clock: Clock,
    private readonly choices: EngineChoices,
    private readonly stopClock: () => void,
  ) {
    this.queue = this.makeQueue();
  }

  static async start(choices: EngineChoices = {}): Promise<EngineUnderTest> {
    const folder = await TempFolder.make('engine');
    await mkdir(folder.at('root'));
    if (choices.clock !== undefined) return new EngineUnderTest(folder, choices.clock, choices, () => undefined);
    const clock = new VirtualClock();
    return new EngineUnderTest(folder, clock, choices, clock.runAt(TIME_SCALE));
  }

  /** Folder that transfers are entitled to. */
  get root(): string {
    return this.folder.at('root');
  }

  get stateDir(): string {
    return this.folder.at('state');
  }

  /** Waits that the engine asked for so far, in milliseconds. */
  get sleepsMs(): readonly number[] {
    return this.virtualClock.sleepsMs;
  }

  /** Fails where the test brought a clock of its own. */
  get virtualClock(): VirtualClock {
    if (this.clock instanceof VirtualClock) return this.clock;
    throw new Error('this engine runs on another clock');
  }

  /** Starts a transfer of one or several URLs to `out.bin` in the root. */
  begin(urls: string | readonly string[], wanted: Partial<FetchRequest> = {}): Running {
    const id = `t${++this.lastId}`;
    this.queue.start(id, makeRequest({ urls: [urls].flat(), root: this.root, path: 'out.bin', ...wanted }));
    const events = this.eventsOf(id);
    return { id, events, outcome: this.awaitEnd(events) };
  }

  /** Runs a transfer to its end. */
  fetch(urls: string | readonly string[], wanted: Partial<FetchRequest> = {}): Promise<Outcome> {
    return this.begin(urls, wanted).outcome;
  }

  cancel(id: string): void {
    this.queue.cancel(id);
  }

  /** What earlier runs left. */
  listUnfinished(): Promise<UnfinishedTransfer[]> {
    return this.queue.listUnfinished();
  }

  /** Removes what an earlier run left. */
  discard(key: string): Promise<void> {
    return this.queue.discard(key);
  }

  /** A new engine on the same folders, as after a restart of the process. */
  async restart(): Promise<void> {
    await this.queue.dispose();
    this.queue = this.makeQueue();
  }

  /** Files in the root: what a person sees. */
  listRoot(): string[] {
    return this.folder.files().flatMap((file) => (file.startsWith('root/') ? [file.slice('root/'.length)] : []));
  }

  /** Files of unfinished transfers. */
  listState(): string[] {
    return this.folder.files().filter((file) => file.startsWith('state/transfers/'));
  }

  /** Resolves as soon as `isReached` holds; looked at with every message. */
  async waitUntil(isReached: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isReached()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  async dispose(): Promise<void> {
    await this.queue.dispose();
    this.stopClock();
    await this.folder.dispose();
  }

  private makeQueue(): TransferQueue {
    const config = { ...defaultEngineConfig, stateDir: this.stateDir, useSystemCertificates: false };
    return new TransferQueue({ ...config, ...this.choices.config }, (message) => this.take(message), {
      createDisk: (log) => ({ ...createDisk(log), ...this.choices.disk, clock: this.clock }),
      hashThreadFile: this.choices.hashThreadFile ?? buildHashThread(),
      environment: {},
      // How many connections a test sees must not hang on how busy the machine is.
      makeLoadMeter: () => () => false,
    });
  }

  private take(message: EngineMessage): void {
    this.messages.push(message);
    if (isTransferEvent(message)) this.eventsOf(message.id).push(message);
    for (const watcher of this.watchers) watcher();
  }

  private eventsOf(id: string): TransferEvent[] {
    const events = this.eventsById.get(id) ?? [];
    this.eventsById.set(id, events);
    return events;
  }

  private async awaitEnd(events: readonly TransferEvent[]): Promise<Outcome> {
    await this.waitUntil(() => ['done', 'failed'].includes(events.at(-1)?.type ?? ''));
    const last = events.at(-1);
    if (last?.type === 'done') return { type: 'done', result: last.result, bytes: readResult(last.result) };
    if (last?.type === 'failed') return { type: 'failed', error: last.error };
    throw new Error('an event came after the last one');
  }
}

/** Bytes that the last report counted. */
export function receivedBytes({ events }: Running): number {
  const last = events.findLast((event) => event.type === 'progress');
  return last?.type === 'progress' ? last.receivedBytes : 0;
}

/** None of a file that no Buffer can hold: its test reads of it what it wants. */
function readResult({ path, bytes }: FetchResult): Buffer {
  return bytes > 2 ** 30 ? Buffer.alloc(0) : readFileSync(path);
}

function isTransferEvent(message: EngineMessage): message is TransferEvent {
  return message.type !== 'log' && message.type !== 'unfinished' && message.type !== 'discarded';
}
