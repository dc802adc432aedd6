// Entry of the engine's worker thread: messages from the host to the queue, events back. Knows no transfers itself.
import { parentPort, type MessagePort } from 'node:worker_threads';
import type { DiagnosisStep } from '../bridge/diagnosis';
import { asFetchError, FetchError, toPlainError } from '../assets/fetchError';
import { planListEdit, type ListEdit } from '../assets/listEdit';
import {
  idOfMessage,
  parseHostMessage,
  type EngineConfig,
  type EngineMessage,
  type HostMessage,
  type ListSurvey,
} from '../bridge/protocol';
import { diagnoseUrl } from './doctor';
import { ListReader } from './listReader';
import { TransferQueue } from './queue';

class EngineWorker {
  /** The newest last. Those of former settings stay until their transfers have ended. */
  private readonly queues: TransferQueue[] = [];
  private configJson = '';
  private config: EngineConfig | null = null;
  private readonly diagnoses = new Map<string, AbortController>();
  private readonly lists = new ListReader(() => this.queue ?? null);

  constructor(private readonly port: MessagePort) {
    port.on('message', (raw: unknown) => this.take(raw));
  }

  /** What breaks the protocol fails what it asks for, or is logged; the other transfers of this thread are not its concern. */
  private take(raw: unknown): void {
    const message = parseHostMessage(raw);
    if (message !== null) return this.receive(message);
    const id = idOfMessage(raw);
    if (id === null)
      return this.post({ type: 'log', level: 'error', text: 'Settings that make no sense are ignored.' });
    const error = new FetchError('invalidRequest', 'The engine was asked for something that makes no sense.');
    this.post({ type: 'failed', id, error: toPlainError(error) });
  }

  private receive(message: HostMessage): void {
    switch (message.type) {
      case 'configure':
        return this.configure(message.config);
      case 'start':
        return this.withQueue(message.id, (queue) => queue.start(message.id, message.request));
      case 'cancel':
      case 'pause':
        this.lists.cancel(message.id);
        this.diagnoses.get(message.id)?.abort();
        return this.queues.forEach((queue) => queue.cancel(message.id));
      case 'listUnfinished':
        return void this.listUnfinished(message.id);
      case 'discard':
        return void this.discard(message.id, message.key);
      case 'diagnose':
        return void this.diagnose(message.id, message.url);
      case 'readList':
        return void this.readList(message.id, message.text, message.survey);
      case 'editList':
        return this.editList(message.id, message.text, message.edit);
      case 'stop':
        return void this.stop();
    }
  }

  /** New settings hold for transfers that start from now on. */
  private configure(config: EngineConfig): void {
    const json = JSON.stringify(config);
    if (json === this.configJson) return;
    this.configJson = json;
    this.config = config;
    const former = this.queue;
    this.queues.push(new TransferQueue(config, (message) => this.post(message)));
    if (former) void former.retire().finally(() => this.queues.splice(this.queues.indexOf(former), 1));
  }

  private get queue(): TransferQueue | undefined {
    return this.queues.at(-1);
  }

  private withQueue(id: string, use: (queue: TransferQueue) => void): void {
    if (this.queue) return use(this.queue);
    const error = new FetchError('invalidRequest', 'The engine was not configured.');
    this.post({ type: 'failed', id, error: toPlainError(error) });
  }

  private async listUnfinished(id: string): Promise<void> {
    const transfers = (await this.queue?.listUnfinished().catch(() => [])) ?? [];
    this.post({ type: 'unfinished', id, transfers });
  }

  private async discard(id: string, key: string): Promise<void> {
    try {
      await this.queue?.discard(key);
      this.post({ type: 'discarded', id, error: null });
    } catch (error) {
      this.post({ type: 'discarded', id, error: toPlainError(asFetchError(error)) });
    }
  }

  private async diagnose(id: string, url: string): Promise<void> {
    const controller = new AbortController();
    this.diagnoses.set(id, controller);
    const steps: DiagnosisStep[] = [];
    if (this.config) {
      const options = { ...this.config, environment: process.env };
      for await (const step of diagnoseUrl(url, options, controller.signal)) steps.push(step);
    }
    this.diagnoses.delete(id);
    this.post({ type: 'diagnosis', id, steps });
  }

  private async readList(id: string, text: string, survey: ListSurvey | null): Promise<void> {
    this.post({ type: 'listRead', id, reading: await this.lists.read(id, text, survey) });
  }

  private editList(id: string, text: string, edit: ListEdit): void {
    try {
      this.post({ type: 'listEdited', id, change: planListEdit(text, edit), error: null });
    } catch (error) {
      this.post({ type: 'listEdited', id, change: null, error: toPlainError(asFetchError(error)) });
    }
  }

  private async stop(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.dispose()));
    this.port.close();
  }

  private post(message: EngineMessage): void {
    this.port.postMessage(message);
  }
}

if (parentPort) new EngineWorker(parentPort);
