// The one error class of the project and its closed set of codes. Says nothing of retries: engine/retry.ts does.

/** Every way a transfer can end badly. Closed: outside callers branch on these. */
export const fetchErrorCodes = [
  'invalidRequest',
  'unsupportedUrl',
  'nameUnresolved',
  'connectFailed',
  'tlsFailed',
  'timedOut',
  'httpStatus',
  'tooManyRedirects',
  'insecureRedirect',
  'protocolViolation',
  'objectChanged',
  'truncated',
  'tooLarge',
  'sizeMismatch',
  'integrityMismatch',
  'diskFull',
  'localIo',
  'permissionDenied',
  'destinationExists',
  'unsafePath',
  'busy',
  'cancelled',
  'untrusted',
  'engineCrashed',
] as const;

export type FetchErrorCode = (typeof fetchErrorCodes)[number];

/** Facts behind an error, safe to show and to log: no credentials, no query strings. */
export interface FetchErrorDetails {
  /** Host (and port, where it is not the default) that the error is about. */
  readonly host?: string;
  /** `http://proxy:3128` where a proxy is what failed or refused. */
  readonly proxy?: string;
  /** Local path that the error is about. */
  readonly path?: string;
  /** HTTP status that ended the transfer. */
  readonly status?: number;
  /** What was expected and what was found: sizes in bytes, or hashes as `sha256:HEX`. */
  readonly expected?: string;
  readonly actual?: string;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Free space wanted and found, in bytes. */
  readonly neededBytes?: number;
  readonly availableBytes?: number;
  /** Bytes that stay on disk for a later resume. 0: nothing was kept. */
  readonly keptBytes?: number;
  /**
   * errno of the system call (`ENOSPC`), TLS reason (`CERT_HAS_EXPIRED`), or kind of a refused network (`private`, `loopback`, `linkLocal`), or
   * `unheard`: the engine did not say in time how much it kept; of an entry of a list, `unpinned` or `sensitive`: why it is refused.
   */
  readonly reason?: string;
  /** Another try can't help, whatever the code says in general. */
  readonly isFinal?: boolean;
  /** Earlier errors of other mirrors, one sentence each. */
  readonly suppressed?: readonly string[];
}

/** A failure with a code to branch on and a message that names what happened, to what, and what to do next. */
export class FetchError extends Error {
  override readonly name = 'FetchError';

  constructor(
    readonly code: FetchErrorCode,
    message: string,
    readonly details: FetchErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The same error with more details; the message and cause stay. */
  with(details: FetchErrorDetails): FetchError {
    return new FetchError(this.code, this.message, { ...this.details, ...details }, { cause: this.cause });
  }
}

/** What crosses the thread boundary in place of an Error, which would lose its class and code. */
export interface PlainFetchError {
  readonly code: FetchErrorCode;
  readonly message: string;
  readonly details: FetchErrorDetails;
}

/** Any thrown value as a FetchError; what is not one already is a defect of ours and becomes `engineCrashed`. */
export function asFetchError(error: unknown): FetchError {
  if (error instanceof FetchError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new FetchError('engineCrashed', `Asset Fetch failed unexpectedly: ${text}`, {}, { cause: error });
}

/** The error as plain data, for other threads and NDJSON: `postMessage` would strip it of its class and code. */
export function toPlainError({ code, message, details }: FetchError): PlainFetchError {
  return { code, message, details };
}

/** The error as it was before it crossed threads, its cause apart. */
export function fromPlainError({ code, message, details }: PlainFetchError): FetchError {
  return new FetchError(code, message, details);
}
