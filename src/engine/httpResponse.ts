// A response as callers of http.ts see it. Carried out by httpExchange.ts; what it means is left to others.
import type { ConnectionFacts } from './connectionFacts';
import type { ResponseHead } from './responseHeaders';

/** A response whose head is in; its body does not flow until `read`. End it with `read`, `discard` or `abort`. */
export interface HttpResponse {
  readonly head: ResponseHead;
  readonly connection: ConnectionFacts;
  /**
   * Feeds the body's chunks in order until its end. Each chunk belongs to the callee (no copies) until it calls `release`, which lets
   * the memory be read into again; it need not. To be called once.
   * Resolves `complete` where Content-Length or chunked framing ended properly, `closed` where only the end of the
   * connection delimits the body (RFC 9112 §6.3 rule 8), which cannot be told from a cut.
   * @throws FetchError `truncated`, `protocolViolation`, `connectFailed`, `cancelled`; what `onChunk` throws ends the response
   */
  read(onChunk: (chunk: Buffer, release: () => void) => void): Promise<'complete' | 'closed'>;
  /** Stops chunks; what is read already (a quarter of a MiB at most) may still come. The kernel then holds the sender back. */
  pause(): void;
  resume(): void;
  /** Ends at once; the connection is not used again. `read` rejects with `reason`, by default `cancelled`. */
  abort(reason?: unknown): void;
  /**
   * Instead of `read`: gives up the body. A short one is drained so that its connection can be used again, any other is aborted.
   * Resolves within a moment and never rejects; it need not be awaited.
   */
  discard(): Promise<void>;
}
