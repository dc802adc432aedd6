// Every transfer of the editor passes here, whoever asked: workspace checked, secrets kept while it is unfinished, shown, logged.
import { asFetchError, type FetchError } from '../assets/fetchError';
import { redactUrl } from '../assets/redact';
import type { FetchRequest, FetchResult } from '../assets/request';
import type { DiagnosisStep } from '../bridge/diagnosis';
import type { TransferEvent, UnfinishedTransfer } from '../bridge/protocol';
import type { EngineHost } from './engineHost';
import type { Log } from './log';
import type { TransferDisplay } from './progress';
import type { RequestVault } from './requestVault';
import { requireUsableWorkspace } from './workspaceGuard';

export interface DownloadOptions {
  /** Aborting cancels and keeps the bytes. */
  readonly signal: AbortSignal;
  /** Closed at the end by the downloader. */
  readonly display?: TransferDisplay;
  readonly onEvent?: (event: TransferEvent) => void;
}

/** Checks and guards what the engine of `EngineHost` carries out; asks a person nothing. */
export class Downloader {
  constructor(
    private readonly engines: EngineHost,
    private readonly vault: RequestVault,
    private readonly log: Log,
  ) {}

  /** Fetches one file. @throws FetchError of any code; `untrusted` in Restricted Mode, before anything is asked of the network */
  async fetch(request: FetchRequest, { signal, display, onEvent }: DownloadOptions): Promise<FetchResult> {
    const kept = new KeptRequest(this.vault, request);
    try {
      requireUsableWorkspace();
      const engine = await this.engines.engine();
      const result = await engine.start(request, {
        signal,
        onEvent: (event) => {
          if (event.type === 'started') kept.keep(event.key);
          display?.handle(event);
          onEvent?.(event);
        },
      });
      await kept.forget();
      this.log.write(
        'info',
        `Saved ${result.path}: ${result.bytes} bytes, sha256:${result.sha256}, ${result.verifiedBy}.`,
      );
      return result;
    } catch (error) {
      throw await this.recordFailure(error, request, kept);
    } finally {
      display?.close();
    }
  }

  /** What a transfer of this URL would meet, step by step. @throws FetchError `untrusted`, `cancelled`, `engineCrashed` */
  async diagnose(url: string, signal: AbortSignal): Promise<readonly DiagnosisStep[]> {
    requireUsableWorkspace();
    return (await this.engines.engine()).diagnose(url, signal);
  }

  /** Transfers that an earlier run left and no window is working on. */
  async listUnfinished(): Promise<readonly UnfinishedTransfer[]> {
    requireUsableWorkspace();
    return (await this.engines.engine()).listUnfinished();
  }

  /** As `listUnfinished`, without starting the engine where there is nothing to find. */
  async findUnfinished(): Promise<readonly UnfinishedTransfer[]> {
    return (await this.engines.mayHaveUnfinished()) ? this.listUnfinished() : [];
  }

  /** The whole request of an unfinished transfer; null where its secrets are gone. */
  async recallRequest(key: string): Promise<FetchRequest | null> {
    return this.vault.load(key);
  }

  /** Deletes an unfinished transfer's bytes and secrets. @throws FetchError `busy`, `localIo` */
  async discard(key: string): Promise<void> {
    await (await this.engines.engine()).discard(key);
    await this.vault.remove(key);
  }

  private async recordFailure(reason: unknown, request: FetchRequest, kept: KeptRequest): Promise<FetchError> {
    const error = asFetchError(reason);
    if (!mayGoOn(error)) await kept.forget();
    const level = error.code === 'cancelled' ? 'info' : 'error';
    this.log.write(
      level,
      `${redactUrl(request.urls[0] ?? '')}: ${error.code}: ${error.message} ${JSON.stringify(error.details)}`,
    );
    return error;
  }
}

/** Of an engine that died or did not answer nobody knows what it kept: what it saved as it went is there. */
function mayGoOn({ code, details }: FetchError): boolean {
  return (details.keptBytes ?? 0) > 0 || code === 'engineCrashed' || details.reason === 'unheard';
}

/** The secrets of one running transfer: kept from the moment the engine names it, forgotten when nothing is left to resume. */
class KeptRequest {
  private key: string | null = null;
  private stored: Promise<void> = Promise.resolve();

  constructor(
    private readonly vault: RequestVault,
    private readonly request: FetchRequest,
  ) {}

  keep(key: string): void {
    if (this.key === key) return;
    this.key = key;
    this.stored = this.vault.store(key, this.request);
  }

  async forget(): Promise<void> {
    await this.stored;
    if (this.key !== null) await this.vault.remove(this.key);
  }
}
