// One request and its response on an open connection: undici's callbacks on one side, HttpResponse on the other. No streams, no
// copies. Judges framing; what the response means is left to others.
import type { ConnectionFacts, HttpResponse } from './http';
import {
  asCancelled,
  headersTimedOut,
  malformedResponse,
  translateBodyError,
  translateHeadError,
} from './networkErrors';
import type { Peer } from './networkErrors';
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
}

type BodyEnd = 'complete' | 'closed';
type Outcome = { readonly end: BodyEnd } | { readonly error: unknown };

/** A discarded body up to this is cheaper to drain than a new connection is to open. */
const MOST_DRAINED_BYTES = 16 * 1024;
const LONGEST_DRAIN_MS = 250;

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
  #onChunk: ((chunk: Buffer) => void) | null = null;
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

  read(onChunk: (chunk: Buffer) => void): Promise<BodyEnd> {
    return new Promise((resolve, reject) => {
      this.#onChunk = onChunk;
      this.#waiting = (outcome) => {
        if (outcome !== null && 'end' in outcome) resolve(outcome.end);
        else reject(outcome?.error);
      };
      if (this.#outcome === null) this.resume();
      else this.#tell(this.#outcome);
    });
  }

  pause(): void {
    this.#isPaused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    // Never from within another connection's chunk: undici's parser is shared and not reentrant.
    queueMicrotask(() => {
      if (!this.#isPaused && this.#outcome === null) this.#controller?.resume();
    });
  }

  abort(reason?: unknown): void {
    if (this.#outcome !== null) return;
    this.#abortReason = reason ?? asCancelled(undefined);
    if (this.#controller === null) this.#finish({ error: this.#abortReason });
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
    try {
      this.#onChunk?.(chunk);
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

/** undici keeps names and values as Buffers in turn. Latin-1 loses nothing; readers of non-ASCII values decode them anew. */
function readRawHeaders(raw: unknown): [string, string][] {
  if (!Array.isArray(raw)) return [];
  const texts = raw.map((part: unknown) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)));
  return texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? '']] : []));
}

/**
 * What will delimit the body (RFC 9112 §6.3). llhttp refuses most bad framing; it lets lengths pass that numbers can't hold, and
 * transfer codings that would be saved as if they were the file.
 * @throws FetchError `protocolViolation`
 */
function judgeFraming({ status, headers }: ResponseHead, peer: Peer): BodyEnd {
  const codings = headers.all('transfer-encoding').join(',').trim().toLowerCase();
  const lengths = headers.all('content-length');
  if (status === 204 || status === 304) return 'complete';
  if (codings !== '' && lengths.length > 0) throw malformedResponse(peer, 'both Transfer-Encoding and Content-Length');
  if (codings !== '' && codings !== 'chunked')
    throw malformedResponse(peer, 'a transfer coding that was not asked for');
  if (codings === 'chunked') return 'complete';
  if (lengths.length === 0) return 'closed';
  const length = headers.get('content-length') ?? '';
  if (/^\d+$/.test(length) && Number.isSafeInteger(Number(length))) return 'complete';
  throw malformedResponse(peer, 'a Content-Length that is no sensible number');
}
