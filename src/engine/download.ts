// The bytes of one file into its part file: connections come and go until every byte is on disk. Naming, proving and
// publishing are transfer.ts's.
import { FetchError, type FetchErrorCode } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { Connection } from './connection';
import { ConnectionGroup } from './connectionGroup';
import type { PartFile } from './partFile';
import { AskAgain, Restart, type RemoteFile } from './remoteFile';
import { asksForFewerConnections, backOffMs, isWorthRetry } from './retry';
import { RetryBudget } from './retryBudget';
import type { DownloadHooks, DownloadSurroundings, SharedDownload } from './sharedDownload';
import { hostOf, type Source, type Sources } from './source';
import type { Workload } from './workload';

/** Failures that another try, another connection or another mirror may mend. All others end the download. */
const NETWORK_CODES: ReadonlySet<FetchErrorCode> = new Set<FetchErrorCode>([
  'nameUnresolved',
  'connectFailed',
  'tlsFailed',
  'timedOut',
  'httpStatus',
  'tooManyRedirects',
  'insecureRedirect',
  'unsupportedUrl',
  'untrusted',
  'protocolViolation',
  'truncated',
  'tooLarge',
  'sizeMismatch',
]);

const TICK_MS = 25;
/** A gap this long between two ticks means that the machine slept: its connections are dead whatever they look like. */
const SLEEP_GAP_MS = 15_000;
/** Times that the object may change under us before we give up. */
const MOST_RESTARTS = 3;
/** Times in a row that another question may follow at once. */
const MOST_ASKED_AGAIN = 10;
/** Rounds in a row that bring neither a byte nor a failure: more of them is a defect, and no reason to go in circles. */
const MOST_IDLE_ROUNDS = 3;

/** One try at a file, with all the retries that it takes; it ends with every byte there or with an error. */
export class Download {
  /** Body bytes that crossed the network in this run. */
  fetchedBytes = 0;

  private readonly connections: ConnectionGroup;
  private readonly retryBudget: RetryBudget;
  private stopped: { readonly reason: unknown } | null = null;
  private lastFailure: { readonly error: FetchError; readonly source: Source } | null = null;
  private mayRetryAtOnce = false;
  private restarts = 0;
  private askedAgain = 0;
  private idleRounds = 0;
  private bytesAtLastRound = 0;
  private lastTickMs = 0;

  constructor(
    private readonly around: DownloadSurroundings,
    request: FetchRequest,
    private readonly sources: Sources,
    private readonly remote: RemoteFile,
    part: PartFile,
    private readonly work: Workload,
    private readonly hooks: DownloadHooks,
  ) {
    this.retryBudget = new RetryBudget(around.clock, (around.retries + 1) * sources.count - 1, work.mostWrittenBytes);
    const shared: SharedDownload = {
      ...{ around, request, sources, remote, part, work, hooks },
      countConnections: () => this.connections.size,
      countBytes: (byteLength) => {
        this.fetchedBytes += byteLength;
      },
      stop: (reason) => this.stop(reason),
    };
    this.connections = new ConnectionGroup(shared, (connection, error) => this.note(connection, error));
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Most connections that were open at once. */
  get mostConnections(): number {
    return this.connections.mostOpen;
  }

  /** Fetches until the workload is complete. Raises the FetchError that ended it, or the signal's reason; bytes on disk stay. */
  async run(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.stopped = null;
    this.lastTickMs = this.around.clock.nowMs();
    const onAbort = (): void => this.stop(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const stopTicking = this.around.clock.every(TICK_MS, () => this.tick());
    try {
      for (;;) {
        if (this.work.isComplete) return;
        await this.runRound(signal);
        await this.prepareNextTry(signal);
      }
    } finally {
      stopTicking();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** One connection, and whatever joins it, until none is left. */
  private async runRound(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const host = hostOf(this.sources.current);
    const waitMs = this.around.budget.notBeforeMs(host) - this.around.clock.nowMs();
    if (waitMs > 0) await this.around.clock.sleep(waitMs, signal);
    await this.around.budget.acquire(host, signal);
    this.lastFailure = null;
    this.retryBudget.beginTry();
    await this.connections.run(this.sources.current, host);
    const { stopped } = this;
    if (stopped?.reason instanceof Restart) return this.restart(stopped.reason.error);
    if (stopped) throw stopped.reason;
  }

  /** A connection is through with an error. The others go on; what to do when none is left is decided then. */
  private note(connection: Connection, error: unknown): void {
    if (error instanceof Restart) return this.stop(error);
    if (!(error instanceof FetchError || error instanceof AskAgain)) return this.stop(error);
    const failure = error instanceof AskAgain ? error.error : error;
    if (!NETWORK_CODES.has(failure.code)) return this.stop(failure);
    this.lastFailure = { error: failure, source: connection.source };
    this.mayRetryAtOnce = error instanceof AskAgain;
    const isMirror = connection.source !== this.sources.current;
    if (isMirror && !this.mayRetryAtOnce && !isWorthRetry(failure)) connection.source.dropped ??= failure;
    if (asksForFewerConnections(failure)) this.heed(connection.host, failure);
  }

  private heed(host: string, { details }: FetchError): void {
    this.around.budget.lower(host);
    if (details.retryAfterMs === undefined || details.isFinal) return;
    this.around.budget.holdOff(host, this.around.clock.nowMs() + details.retryAfterMs);
  }

  /** No connection is left, but bytes are missing: chooses a source and waits, or gives up. */
  private async prepareNextTry(signal: AbortSignal): Promise<void> {
    if (this.work.isComplete) return;
    if (!this.lastFailure) {
      this.requireMovement();
      return;
    }
    const { error: failure, source } = this.lastFailure;
    const { current } = this.sources;
    if (this.mayRetryAtOnce && this.askedAgain < MOST_ASKED_AGAIN) {
      // No failed try: the same server is asked in another way.
      this.askedAgain += 1;
      return this.dropUnlessContinued(current, failure);
    }
    const hasProgress = this.retryBudget.countFailure(this.work.mostWrittenBytes);
    if (hasProgress) this.askedAgain = 0;
    // A server that has just delivered and then answers 404 to one range gets another chance.
    else if (!isWorthRetry(failure)) source.dropped ??= failure;
    const next = this.chooseNext(hasProgress);
    if (!next || this.retryBudget.isSpent) throw this.describeEnd(failure);
    if (failure.code === 'truncated' && this.fetchedBytes === 0) this.remote.skipRangeOnce();
    await this.dropUnlessContinued(next, failure);
    this.sources.current = next;
    const isFirstTryThere = next !== current && this.retryBudget.attempt < this.sources.count;
    if (!isFirstTryThere) await this.backOff(failure, signal);
  }

  /** A round without a failure brings bytes, or ends a connection that others need more. */
  private requireMovement(): void {
    const hasMoved = this.fetchedBytes > this.bytesAtLastRound;
    this.bytesAtLastRound = this.fetchedBytes;
    this.idleRounds = hasMoved ? 0 : this.idleRounds + 1;
    if (this.idleRounds > MOST_IDLE_ROUNDS) throw new FetchError('engineCrashed', 'The download goes in circles.');
  }

  /** The source that delivers keeps its turn; so does one that alone can go on with what is on disk, for its share of the tries. */
  private chooseNext(hasProgress: boolean): Source | null {
    const { current } = this.sources;
    const next = this.sources.next();
    if (current.dropped || !next) return next;
    const { retries } = this.around;
    const isAlone = this.work.writtenBytes > 0 && this.remote.mayContinue(current) && !this.remote.mayContinue(next);
    const keepsTurn = hasProgress ? retries > 0 : isAlone && this.retryBudget.attempt <= retries;
    return keepsTurn ? current : next;
  }

  /** Bytes on disk that the source asked next cannot prove to be of its file are given up. */
  private async dropUnlessContinued(next: Source, reason: FetchError): Promise<void> {
    if (this.work.writtenBytes > 0 && !this.remote.mayContinue(next)) await this.forget(reason);
  }

  private async backOff(failure: FetchError, signal: AbortSignal): Promise<void> {
    const { attempt } = this.retryBudget;
    const delayMs = backOffMs(attempt, failure.details.retryAfterMs ?? null, this.around.random());
    this.hooks.onRetry(attempt, delayMs, failure);
    await this.around.clock.sleep(delayMs, signal);
    this.lastTickMs = this.around.clock.nowMs();
  }

  private describeEnd(failure: FetchError): FetchError {
    const suppressed = this.sources.count > 1 ? this.sources.describeDropped() : [];
    return suppressed.length > 0 ? failure.with({ suppressed }) : failure;
  }

  private async restart(reason: FetchError): Promise<void> {
    this.restarts += 1;
    if (this.restarts > MOST_RESTARTS) throw reason;
    this.stopped = null;
    this.remote.isCautious = true;
    await this.forget(reason);
  }

  private async forget(reason: FetchError): Promise<void> {
    this.work.reset();
    this.remote.forget();
    await this.hooks.onReset(reason);
  }

  private stop(reason: unknown): void {
    if (this.stopped) return;
    this.stopped = { reason };
    this.connections.end();
  }

  private tick(): void {
    const nowMs = this.around.clock.nowMs();
    const hasSlept = nowMs - this.lastTickMs > SLEEP_GAP_MS;
    this.lastTickMs = nowMs;
    // No connection joins those that are given up: one request asks whether the network is back.
    if (hasSlept) this.connections.fail(lostInSleep);
    else this.connections.look(nowMs, this.fetchedBytes);
    this.hooks.onTick();
  }
}

function lostInSleep(host: string): FetchError {
  return new FetchError('timedOut', `${host} was lost while this machine slept.`);
}
