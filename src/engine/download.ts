// The bytes of one file into its part file: connections come and go until every byte is on disk. Naming, proving and
// publishing are transfer.ts's.
import { asFetchError, FetchError, type FetchErrorCode } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { Clock } from './clock';
import { Connection } from './connection';
import type { ConnectionBudget } from './connectionBudget';
import { exchange, type Answer } from './exchange';
import type { HttpClient } from './http';
import type { PartFile } from './partFile';
import { initialRamp, stepRamp } from './ramp';
import { asksForFewerConnections, backOffMs, isWorthRetry, retryPolicy } from './retry';
import { LEAST_SPLIT_FILE_BYTES, type Segment } from './segments';
import { describeDropped, hostOf, nextSource, type Source } from './source';
import { isSameObject, type RemoteObject } from './validator';
import type { Workload } from './workload';

/** What a download needs of its surroundings; nothing here is its own to dispose. */
export interface DownloadSurroundings {
  readonly http: HttpClient;
  readonly budget: ConnectionBudget;
  readonly clock: Clock;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  readonly connectionsPerFile: number;
  readonly retries: number;
  readonly idleTimeoutMs: number;
  /** Whether this process, not the network, is what holds transfers up at the moment. */
  readonly isLocallyBound: () => boolean;
}

export interface DownloadHooks {
  /** The first usable response, before a byte of it is written; a refusal thrown here ends the download. */
  readonly onObject: (answer: Answer, object: RemoteObject) => Promise<void>;
  readonly onWritten: () => void;
  /** The bytes on disk were given up: hashes and journal start over. */
  readonly onReset: (reason: FetchError) => Promise<void>;
  readonly onRetry: (attempt: number, delayMs: number, error: FetchError) => void;
  /** Several times a second. */
  readonly onTick: () => void;
}

type WriteAction = Extract<Answer['action'], { type: 'write' }>;

/** Thrown within: the object is another one now. */
class Restart {
  constructor(readonly error: FetchError) {}
}

/** Thrown within: ask again at once, in another way. */
class Again {
  constructor(readonly error: FetchError) {}
}

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

/** After a failed connection no new one is opened for this long. */
const AFTER_FAILURE_MS = 1_000;

const TICK_MS = 100;
/** A gap this long between two ticks means that the machine slept: its connections are dead whatever they look like. */
const SLEEP_GAP_MS = 15_000;
/** Times that the object may change under us before we give up. */
const MOST_RESTARTS = 3;

export class Download {
  /** Body bytes that crossed the network in this run. */
  fetchedBytes = 0;
  /** Most connections that were open at once. */
  mostConnections = 0;
  object: RemoteObject | null = null;
  /** Whether the end of the body was known by its framing, not by the closing of the connection. */
  isLengthProven = true;
  /** Ask caches for a fresh copy, one connection, one source: after a hash that did not match. */
  isCautious = false;

  private readonly connections = new Set<Connection>();
  private readonly lives = new Set<Promise<void>>();
  private ramp = initialRamp;
  /** 'maybe': advertised, not seen. 'refused': the answers to ranges were rubbish, none is sent any more. */
  private rangesWork: 'unknown' | 'yes' | 'maybe' | 'no' | 'refused' = 'unknown';
  private skipsRangeOnce = false;
  private mayRetryAtOnce = false;
  private isStopped = false;
  private stopReason: unknown = null;
  private lastFailure: FetchError | null = null;
  private triesWithoutProgress = 0;
  private fetchedAtLastTry = 0;
  private lastTryMs = 0;
  private restarts = 0;
  private lastTickMs = 0;

  constructor(
    private readonly around: DownloadSurroundings,
    private readonly request: FetchRequest,
    private readonly sources: readonly Source[],
    private source: Source,
    private readonly part: PartFile,
    private readonly work: Workload,
    private readonly hooks: DownloadHooks,
  ) {}

  get openConnections(): number {
    return this.connections.size;
  }

  /** Fetches until the workload is complete. Raises the FetchError that ended it, or the signal's reason; bytes on disk stay. */
  async run(signal: AbortSignal): Promise<void> {
    const startMs = this.around.clock.nowMs();
    this.lastTryMs = this.lastTickMs = startMs;
    this.isStopped = false;
    const onAbort = (): void => this.stop(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const stopTicking = this.around.clock.every(TICK_MS, () => this.tick());
    try {
      signal.throwIfAborted();
      while (!this.work.isComplete) {
        await this.runRound(signal);
        if (!this.work.isComplete) await this.prepareNextTry(signal, startMs);
      }
    } finally {
      stopTicking();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** One connection, and whatever joins it, until none is left. */
  private async runRound(signal: AbortSignal): Promise<void> {
    const host = hostOf(this.source);
    await this.waitForHost(host, signal);
    await this.around.budget.acquire(host, signal);
    this.lastFailure = null;
    this.ramp = initialRamp;
    this.open(this.source);
    while (this.lives.size > 0) await Promise.race(this.lives);
    if (this.isStopped && this.stopReason instanceof Restart) return this.restart(this.stopReason.error);
    if (this.isStopped) throw this.stopReason;
  }

  private async waitForHost(host: string, signal: AbortSignal): Promise<void> {
    const waitMs = this.around.budget.notBeforeMs(host) - this.around.clock.nowMs();
    if (waitMs > 0) await this.around.clock.sleep(waitMs, signal);
  }

  /** Starts a connection whose place in the budget is taken already. */
  private open(source: Source): void {
    const connection = new Connection(source);
    this.connections.add(connection);
    this.mostConnections = Math.max(this.mostConnections, this.connections.size);
    const life = this.live(connection).finally(() => {
      this.connections.delete(connection);
      this.lives.delete(life);
      this.around.budget.release(connection.host);
    });
    this.lives.add(life);
  }

  private async live(connection: Connection): Promise<void> {
    try {
      for (let segment = this.nextSegment(connection); segment; segment = this.nextSegment(connection)) {
        try {
          await this.fetchSegment(connection, segment);
        } finally {
          connection.segment = null;
          this.work.giveBack(segment);
        }
      }
    } catch (error) {
      this.note(connection, error);
    }
  }

  private nextSegment(connection: Connection): Segment | null {
    const isSurplus = this.connections.size > Math.max(1, this.ramp.target);
    if (this.isStopped || isSurplus || connection.controller.signal.aborted) return null;
    const taken = this.work.take(this.maySplit());
    if (!taken) return null;
    if (taken.crawler) [...this.connections].find(({ segment }) => segment === taken.crawler)?.end();
    connection.segment = taken.segment;
    return taken.segment;
  }

  private async fetchSegment(connection: Connection, segment: Segment): Promise<void> {
    const { source } = connection;
    const { finalUrl } = source;
    const answer = await exchange(
      this.around.http,
      this.request,
      {
        source,
        range: this.sendsRange() ? { start: segment.start, end: segment.end } : null,
        validator: this.isContinuing() && source.hasDelivered ? (this.object?.validator ?? null) : null,
        isFresh: this.isCautious,
        signal: connection.controller.signal,
      },
      { object: this.isContinuing() ? this.objectFor(source) : null, heldBytes: this.work.frontierBytes },
    );
    try {
      await this.act(connection, segment, answer, finalUrl !== null);
    } finally {
      answer.response.discard();
    }
  }

  private async act(connection: Connection, segment: Segment, answer: Answer, usedFinalUrl: boolean): Promise<void> {
    const { action } = answer;
    switch (action.type) {
      case 'write':
        return this.accept(connection, segment, answer, action);
      case 'complete':
        return this.work.setTotal(action.totalBytes);
      case 'restart':
        throw connection.source === this.source ? new Restart(action.error) : this.drop(connection.source, action.error);
      case 'askWithoutRange':
        if (this.rangesWork === 'refused') throw action.error.with({ isFinal: true });
        if (this.connections.size === 1) this.rangesWork = 'refused';
        throw new Again(action.error);
      case 'resolveAnew':
        if (!usedFinalUrl) throw action.error;
        connection.source.finalUrl = null;
        throw new Again(action.error);
      case 'fail':
        throw action.error;
    }
  }

  private async accept(connection: Connection, segment: Segment, answer: Answer, action: WriteAction): Promise<void> {
    const { source } = connection;
    const known = this.isContinuing() ? this.objectFor(source) : null;
    const isOther = known !== null && !isSameObject(known, action.object, this.hasGivenHash);
    if (action.start !== segment.start || isOther) await this.startOver(connection, segment, isOther);
    if (!this.isContinuing() || this.object === null) {
      await this.hooks.onObject(answer, action.object);
      this.object = action.object;
      if (action.object.totalBytes !== null) this.work.setTotal(action.object.totalBytes);
    }
    if (this.rangesWork !== 'refused' && this.rangesWork !== 'yes') this.rangesWork = action.allowsRanges;
    source.finalUrl ??= answer.finalUrl;
    source.hasDelivered = true;
    await this.receive(connection, segment, answer, action.end ?? Infinity);
  }

  /**
   * A whole body where a part was asked for. Alone, we take it from byte 0 and give up what we had. Beside others, this
   * connection leaves: the object is another one, or some server behind the name ignores ranges.
   */
  private async startOver(connection: Connection, segment: Segment, isOther: boolean): Promise<void> {
    const { host, source } = connection;
    if (this.connections.size > 1) {
      if (isOther && source === this.source) throw new Restart(changedAt(host));
      if (isOther) throw this.drop(source, changedAt(host));
      this.around.budget.noteIgnoredRange(host);
      throw new FetchError('protocolViolation', `${host} ignored a range.`, { host });
    }
    await this.hooks.onReset(changedAt(host));
    this.object = null;
    this.work.startOver(segment);
  }

  private async receive(connection: Connection, segment: Segment, answer: Answer, bodyEnd: number): Promise<void> {
    const before = segment.cursor;
    const how = await connection.receive(answer.response, segment, bodyEnd, this.part, this.around.clock.nowMs(), {
      onBytes: (byteLength) => this.count(connection, byteLength),
      onWritten: (start, end) => {
        this.work.markWritten(start, end);
        this.hooks.onWritten();
      },
      onWriteFailed: (error) => this.stop(error),
    });
    if (how === 'enough') return;
    if (segment.end === Infinity) return this.endAt(segment.cursor, how === 'complete');
    if (segment.cursor === before && segment.end > before) throw truncatedAt(connection.host);
  }

  /** A body without a length has ended: that is the length, proven only by framing of its own (chunked). */
  private endAt(totalBytes: number, isProven: boolean): void {
    const { sizeBytes } = this.request;
    if (sizeBytes !== null && sizeBytes !== totalBytes) {
      const details = { expected: `${sizeBytes}`, actual: `${totalBytes}`, isFinal: isProven };
      throw new FetchError(isProven ? 'sizeMismatch' : 'truncated', `The body ended after ${totalBytes} of ${sizeBytes} bytes.`, details);
    }
    this.isLengthProven = isProven || sizeBytes !== null;
    this.work.setTotal(totalBytes);
  }

  private count(connection: Connection, byteLength: number): void {
    this.fetchedBytes += byteLength;
    const { maxSizeBytes } = this.request;
    const received = (connection.segment?.cursor ?? 0) + byteLength;
    if (maxSizeBytes === null || this.work.totalBytes !== null || received <= maxSizeBytes) return;
    this.stop(new FetchError('tooLarge', `${connection.host} sends more than the limit of ${maxSizeBytes} bytes.`, { host: connection.host }));
  }

  /** Some connection is through with an error. The others go on; what to do when none is left is decided then. */
  private note(connection: Connection, error: unknown): void {
    if (this.isStopped || connection.controller.signal.aborted) return;
    if (error instanceof Restart) return this.stop(error);
    const failure = asFetchError(error instanceof Again ? error.error : error);
    if (!NETWORK_CODES.has(failure.code)) return this.stop(failure);
    this.lastFailure = failure;
    this.mayRetryAtOnce = error instanceof Again;
    const isLastOfSource = ![...this.connections].some((other) => other !== connection && other.source === connection.source);
    if (!this.mayRetryAtOnce && isLastOfSource && !isWorthRetry(failure)) connection.source.dropped ??= failure;
    if (asksForFewerConnections(failure)) this.heed(connection.host, failure);
    this.ramp = { ...initialRamp, target: Math.max(1, this.connections.size - 1), quietUntilMs: this.around.clock.nowMs() + AFTER_FAILURE_MS };
  }

  private heed(host: string, { details }: FetchError): void {
    this.around.budget.lower(host);
    if (details.retryAfterMs !== undefined) this.around.budget.holdOff(host, this.around.clock.nowMs() + details.retryAfterMs);
  }

  private drop(source: Source, error: FetchError): FetchError {
    source.dropped = error;
    return error;
  }

  /** No connection is left, but bytes are missing: chooses a source and waits, or gives up. */
  private async prepareNextTry(signal: AbortSignal, startMs: number): Promise<void> {
    const failure = this.lastFailure;
    if (!failure) return;
    const hasProgress = this.countTry();
    const next = hasProgress && !this.source.dropped ? this.source : nextSource(this.sources, this.source);
    const isSpent = this.triesWithoutProgress > this.around.retries * this.sources.length;
    const isTooLong = this.around.clock.nowMs() - startMs > retryPolicy.longestTransferMs;
    if (!next || isSpent || isTooLong) throw failure.with({ suppressed: describeDropped(this.sources) });
    if (failure.code === 'truncated' && this.fetchedBytes === 0) this.skipsRangeOnce = true;
    if (!this.canContinueAt(next)) await this.forget(failure);
    const isFirstTryThere = next !== this.source && this.triesWithoutProgress < this.sources.length;
    this.source = next;
    if (!this.mayRetryAtOnce && !isFirstTryThere) await this.backOff(failure, signal);
  }

  /** Counts the try that has just failed; whether it brought enough to refill the budget. */
  private countTry(): boolean {
    const nowMs = this.around.clock.nowMs();
    const gained = this.fetchedBytes - this.fetchedAtLastTry;
    const leastBytes = ((nowMs - this.lastTryMs) / 1000) * retryPolicy.leastBytesPerSecond;
    const hasProgress = gained > 0 && gained >= leastBytes;
    this.triesWithoutProgress = hasProgress ? 1 : this.triesWithoutProgress + 1;
    this.fetchedAtLastTry = this.fetchedBytes;
    this.lastTryMs = nowMs;
    return hasProgress;
  }

  private async backOff(failure: FetchError, signal: AbortSignal): Promise<void> {
    const attempt = this.triesWithoutProgress;
    const delayMs = backOffMs(attempt, failure.details.retryAfterMs ?? null, this.around.random());
    this.hooks.onRetry(attempt, delayMs, failure);
    await this.around.clock.sleep(delayMs, signal);
    this.lastTryMs = this.lastTickMs = this.around.clock.nowMs();
  }

  /** Bytes on disk may be added to only where the object can prove to be the same, or a given hash will. */
  private canContinueAt(next: Source): boolean {
    if (this.work.writtenBytes === 0) return true;
    const isPinned = next === this.source && this.object?.validator;
    const allowsRanges = this.rangesWork !== 'no' && this.rangesWork !== 'refused';
    return allowsRanges && (this.hasGivenHash || Boolean(isPinned));
  }

  private async restart(reason: FetchError): Promise<void> {
    this.restarts += 1;
    if (this.restarts > MOST_RESTARTS) throw reason;
    this.isCautious = true;
    await this.forget(reason);
  }

  private async forget(reason: FetchError): Promise<void> {
    await this.hooks.onReset(reason);
    this.work.reset();
    this.object = null;
    if (this.rangesWork !== 'refused') this.rangesWork = 'unknown';
  }

  private stop(reason: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.stopReason = reason;
    for (const connection of this.connections) connection.end();
  }

  private tick(): void {
    const nowMs = this.around.clock.nowMs();
    const hasSlept = nowMs - this.lastTickMs > SLEEP_GAP_MS;
    this.lastTickMs = nowMs;
    for (const connection of this.connections) {
      if (hasSlept) connection.fail(new FetchError('timedOut', 'This machine slept; connecting again.', { host: connection.host }));
      else connection.look(nowMs, this.around.idleTimeoutMs);
    }
    if (this.around.budget.isContended() && this.connections.size > 1) [...this.connections].at(-1)?.end();
    else if (this.maySplit()) this.grow(nowMs);
    this.hooks.onTick();
  }

  private grow(nowMs: number): void {
    const connections = [...this.connections];
    this.ramp = stepRamp(this.ramp, {
      nowMs,
      receivedBytes: this.fetchedBytes,
      activeConnections: connections.length,
      allFlow: connections.length > 0 && connections.every(({ hasFlowed }) => hasFlowed),
      limit: Math.min(this.request.connections ?? this.around.connectionsPerFile, this.around.budget.limitOf(hostOf(this.source))),
      isLocallyBound: this.part.isFull || this.around.isLocallyBound(),
    });
    while (!this.isStopped && this.connections.size > 0 && this.connections.size < this.ramp.target && this.work.hasWork(true)) {
      const source = this.leastUsedSource();
      if (!this.around.budget.tryAcquire(hostOf(source))) return;
      this.open(source);
    }
  }

  /** Mirrors share the load only where a given hash will judge the whole. */
  private leastUsedSource(): Source {
    if (!this.hasGivenHash) return this.source;
    const uses = (source: Source): number => [...this.connections].filter((connection) => connection.source === source).length;
    const usable = this.sources.filter(({ dropped }) => dropped === null);
    return usable.reduce((least, source) => (uses(source) < uses(least) ? source : least), this.source);
  }

  private maySplit(): boolean {
    const { object, rangesWork, source } = this;
    const isLarge = (object?.totalBytes ?? 0) >= LEAST_SPLIT_FILE_BYTES;
    const isProvable = object?.validator !== null || this.hasGivenHash;
    const allowsRanges = rangesWork === 'yes' || (rangesWork === 'maybe' && !this.around.budget.ignoresRanges(hostOf(source)));
    return object !== null && isLarge && isProvable && allowsRanges && !this.isCautious;
  }

  /** Whether the next response has to be a part of the object that is known. */
  private isContinuing(): boolean {
    return this.work.writtenBytes > 0 || this.connections.size > 1;
  }

  /** What a response of this source must agree with: other mirrors have validators of their own. */
  private objectFor(source: Source): RemoteObject | null {
    const { object } = this;
    if (object === null || source.hasDelivered || source === this.source) return object;
    return { totalBytes: object.totalBytes, etag: null, lastModified: null, validator: null };
  }

  private sendsRange(): boolean {
    const skips = this.skipsRangeOnce;
    this.skipsRangeOnce = false;
    return this.rangesWork !== 'refused' && !skips;
  }

  private get hasGivenHash(): boolean {
    return this.request.integrity.length > 0;
  }
}

function changedAt(host: string): FetchError {
  return new FetchError('objectChanged', `The file at ${host} changed while it was fetched.`, { host });
}

function truncatedAt(host: string): FetchError {
  return new FetchError('truncated', `${host} ended the body before its first byte.`, { host });
}
