// One request and its response on an open connection: undici's callbacks on one side, HttpResponse on the other. No streams, no
// copies. What the response means is left to others.
import type { ConnectionFacts } from './connectionFacts';
import { CountedBody, type OnChunk, type TakenSocket } from './countedBody';
import { judgeFraming, readRawHeaders, type BodyEnd } from './framing';
import type { HttpResponse } from './httpResponse';
import { asCancelled, headersTimedOut, translateBodyError, translateHeadError, type Peer } from './networkErrors';
import { ResponseHeaders, type ResponseHead } from './responseHeaders';

/** The part of undici's controller that is used here. */
export interface ExchangeController {
  readonly rawHeaders?: unknown;
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

export interface ExchangeContext {
  /** Who is blamed in errors. */
  readonly peer: Peer;
  readonly connection: ConnectionFacts;
  readonly headersTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Called once, when nothing more comes and before anybody is told. */
  readonly onEnd: () => void;
  /** Told the length of each chunk whose memory is left to the garbage collector. */
  readonly onGarbage: (byteLength: number) => void;
  /** Takes the socket from undici; null where TLS lies over another socket. To be called at the start of a body. */
  readonly takeSocket: (() => TakenSocket) | null;
}

type Outcome = { readonly end: BodyEnd } | { readonly error: unknown };

/** A discarded body up to this is cheaper to drain than a new connection is to open. */
const MOST_DRAINED_BYTES = 16 * 1024;
const LONGEST_DRAIN_MS = 250;
/** Below this, taking the socket from undici and giving it back costs more than it saves. */
const LEAST_COUNTED_BYTES = 512 * 1024;

/** Chunks of undici are the garbage collector's. */
const keepChunk = (): void => undefined;

/** Runs one exchange: a dispatch handler of undici, and the response that callers see. */
export class HttpExchange implements HttpResponse {
  readonly connection: ConnectionFacts;
  readonly #context: ExchangeContext;
  readonly #onAbort: () => void;
  #controller: ExchangeController | null = null;
  #headersTimer: NodeJS.Timeout | undefined;
  #head: ResponseHead | null = null;
  #framing: BodyEnd = 'closed';
  #isPaused = true;
  #abortReason: unknown = null;
  #outcome: Outcome | null = null;
  #onChunk: OnChunk | null = null;
  #counted: CountedBody | null = null;
  /** Whoever waits now: for the head, later for the end of the body. */
  #waiting: ((outcome: Outcome | null) => void) | null = null;

  constructor(context: ExchangeContext) {
    this.connection = context.connection;
    this.#context = context;
    this.#onAbort = () => this.abort(asCancelled(context.signal.reason));
  }

  get head(): ResponseHead {
    if (this.#head === null) throw new Error('the head is not in yet');
    return this.#head;
  }

  /** Whether undici's parser may be stopped in the middle of the response. */
  get isPaused(): boolean {
    return this.#isPaused && this.#head !== null && this.#outcome === null;
  }

  /** Whether the server announced to close the connection after this response (RFC 9112 §9.6). */
  get isLastOnConnection(): boolean {
    return /\bclose\b/i.test(this.#head?.headers.all('connection').join() ?? 'close');
  }

  /** Resolves when the head is in. `send` hands the exchange to undici. */
  open(send: () => void): Promise<HttpResponse> {
    const { signal, headersTimeoutMs, peer } = this.#context;
    return new Promise((resolve, reject) => {
      this.#waiting = (outcome) => (outcome !== null && 'error' in outcome ? reject(outcome.error) : resolve(this));
      if (signal.aborted) {
        this.#finish({ error: asCancelled(signal.reason) });
        return;
      }
      signal.addEventListener('abort', this.#onAbort, { once: true });
      // undici's own timers tick once a second at best.
      this.#headersTimer = setTimeout(() => this.abort(headersTimedOut(peer, headersTimeoutMs)), headersTimeoutMs);
      send();
    });
  }

  read(onChunk: OnChunk): Promise<BodyEnd> {
    return new Promise((resolve, reject) => {
      this.#onChunk = onChunk;
      this.#waiting = (outcome) => {
        if (outcome !== null && 'end' in outcome) resolve(outcome.end);
        else reject(outcome?.error);
      };
      if (this.#outcome !== null) this.#tell(this.#outcome);
      else if (!this.#readCounted()) this.resume();
    });
  }

  /** Takes a long body of known length off the socket itself. */
  #readCounted(): boolean {
    const { takeSocket, peer } = this.#context;
    const length = Number(this.head.headers.get('content-length') ?? 0);
    if (takeSocket === null || length < LEAST_COUNTED_BYTES || this.#framing === 'closed') return false;
    this.#counted = new CountedBody(
      takeSocket(),
      length,
      (chunk, release) => this.#feed(chunk, release),
      (end) => {
        this.#counted = null;
        if ('isExact' in end) this.#finish({ end: 'complete' });
        else this.#finish({ error: this.#abortReason ?? translateBodyError(end.error, peer) });
      },
    );
    this.#counted.start();
    return true;
  }

  pause(): void {
    this.#isPaused = true;
    if (this.#counted === null) this.#controller?.pause();
    else this.#counted.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#counted !== null) {
      this.#counted.resume();
      return;
    }
    // Never from within another connection's chunk: undici's parser is shared and not reentrant.
    queueMicrotask(() => {
      if (!this.#isPaused && this.#outcome === null) this.#controller?.resume();
    });
  }

  abort(reason?: unknown): void {
    if (this.#outcome !== null) return;
    this.#abortReason = reason ?? asCancelled(undefined);
    if (this.#counted !== null) this.#counted.abort(this.#abortReason);
    else if (this.#controller === null) this.#finish({ error: this.#abortReason });
    else this.#controller.abort(asCancelled(this.#abortReason));
  }

  async discard(): Promise<void> {
    if (this.#outcome !== null) return;
    const length = Number(this.head.headers.get('content-length') ?? Infinity);
    if (this.#framing === 'closed' || length > MOST_DRAINED_BYTES) {
      this.abort();
      return;
    }
    const timer = setTimeout(() => this.abort(), LONGEST_DRAIN_MS);
    // Failing to drain is as good as aborting: nobody wants this body.
    await this.read(() => undefined).catch(() => undefined);
    clearTimeout(timer);
  }

  /** Lets undici see the end of the connection: a paused parser would take it for a defect of its own. */
  releaseAtEnd(): void {
    if (this.isPaused) this.#controller?.resume();
  }

  onRequestStart(controller: ExchangeController): void {
    this.#controller = controller;
    if (this.#outcome !== null) controller.abort(asCancelled(this.#abortReason));
  }

  onResponseStart(controller: ExchangeController, status: number): void {
    // 103 Early Hints and the like; the final response follows.
    if (status < 200) return;
    clearTimeout(this.#headersTimer);
    const head = { status, headers: new ResponseHeaders(readRawHeaders(controller.rawHeaders)) };
    this.#framing = judgeFraming(head, this.#context.peer);
    this.#head = head;
    controller.pause();
    this.#tell(null);
  }

  onResponseData(_controller: ExchangeController, chunk: Buffer): void {
    // The parser makes an empty one whenever it goes on.
    if (chunk.length === 0) return;
    this.#context.onGarbage(chunk.length);
    this.#feed(chunk, keepChunk);
  }

  /** What the callee throws ends the response and comes out of `read`. */
  #feed(chunk: Buffer, release: () => void): void {
    try {
      this.#onChunk?.(chunk, release);
    } catch (error) {
      this.abort(error);
    }
  }

  onResponseEnd(): void {
    this.#finish({ end: this.#framing });
  }

  onResponseError(_controller: ExchangeController | null, error: Error): void {
    const { peer } = this.#context;
    const translate = this.#head === null ? translateHeadError : translateBodyError;
    this.#finish({ error: this.#abortReason ?? translate(error, peer) });
  }

  #finish(outcome: Outcome): void {
    if (this.#outcome !== null) return;
    this.#outcome = outcome;
    clearTimeout(this.#headersTimer);
    this.#context.signal.removeEventListener('abort', this.#onAbort);
    this.#context.onEnd();
    this.#tell(outcome);
  }

  #tell(outcome: Outcome | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.(outcome);
  }
}
