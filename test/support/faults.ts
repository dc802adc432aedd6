// The vocabulary of the fault server: what is served, what goes wrong with which request, and what is remembered.

/** A representation at one path. The body is `bodyBytes(seed, 0, sizeBytes)`. */
export interface ServedObject {
  readonly sizeBytes: number;
  readonly seed: number;
  /** Entity tag with its quotes (`"v1"`, `W/"v1"`); null sends none. Default: a strong one made of seed and size. */
  readonly etag: string | null;
  /** Value of Last-Modified; null sends none. */
  readonly lastModified: string | null;
  /** Whether ranges are honoured and announced. */
  readonly acceptsRanges: boolean;
  /** Further response headers, Content-Disposition for one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How a body ends on the wire. `close`: no length, the connection's end is the body's. */
export type Framing = 'length' | 'chunked' | 'chunkedUnterminated' | 'badChunk' | 'close';

/** FIN or RST. */
export type Ending = 'fin' | 'rst';

/** What is wrong with one response. All offsets count bytes of this response's body, not of the object. */
export interface Fault {
  readonly status?: number;
  /** Set, replaced, removed (null) or sent several times (array). Names in any case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  /** Sent instead of the object's bytes, with a fitting Content-Length. */
  readonly body?: string | Buffer;
  /** Answers with another object than the one at this path. */
  readonly object?: Partial<ServedObject>;
  /** 200 with the whole body, whatever the request's Range. */
  readonly ignoresRange?: boolean;
  /** Takes no notice of If-Range and If-Match. */
  readonly ignoresConditions?: boolean;
  /** The body starts so many bytes later in the object than the head says. */
  readonly shiftBytes?: number;
  /** A 206 for at most so many bytes, with an honest Content-Range. */
  readonly maxRangeBytes?: number;
  readonly framing?: Framing;
  /** Ends the connection after so many body bytes (0: right after the head). */
  readonly cut?: { readonly afterBytes: number; readonly by: Ending };
  /** Ends the connection without a response. */
  readonly drop?: Ending;
  /** Sends so many body bytes, then nothing more, with the connection open. */
  readonly stallAfterBytes?: number;
  readonly delayHeadMs?: number;
  readonly delayBodyMs?: number;
  /** The head, or the body, waits for this promise: lets a test choose the moment without sleeping. */
  readonly headGate?: Promise<unknown>;
  readonly bodyGate?: Promise<unknown>;
  /** Sends so many body bytes and the rest once the promise resolves. */
  readonly pause?: { readonly afterBytes: number; readonly until: Promise<unknown> };
  /** `bytes` every `everyMs`. */
  readonly trickle?: { readonly bytes: number; readonly everyMs: number };
  /** Rate of this response's body. */
  readonly bytesPerSecond?: number;
  /** More body than Content-Length says. */
  readonly extraBytes?: number;
  /** Sends for ever. Take framing `close` or `chunked`. */
  readonly isEndless?: boolean;
  readonly redirect?: { readonly to: string | ((request: RequestRecord) => string); readonly status?: number };
}

/** One request as the server saw it and what it did with it. Live: fields change until `isFinished`. */
export interface RequestRecord {
  /** 0-based, over the whole server. */
  readonly index: number;
  /** 0-based, over requests to this path. */
  readonly pathIndex: number;
  readonly method: string;
  /** As in the request line. */
  readonly url: string;
  readonly path: string;
  /** Names in lower case; values of repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a single `bytes=a-b` or `bytes=a-`; null where there is none. `rangeEnd` is included, as on the wire. */
  readonly rangeStart: number | null;
  readonly rangeEnd: number | null;
  readonly connectionId: number;
  /** Status sent; 0: none. */
  readonly status: number;
  /** Body bytes that the kernel took. */
  readonly bytesSent: number;
  /** The client left before the response was over. */
  readonly isAborted: boolean;
  readonly isFinished: boolean;
}

/** Which requests a fault befalls: by `pathIndex` (by `index` where the rule has no path) or by predicate. */
export type When = 'all' | number | readonly number[] | ((request: RequestRecord) => boolean);

/** Every request to a path from the `k`th (0-based) on. */
export function fromRequest(k: number): (request: RequestRecord) => boolean {
  return ({ pathIndex }) => pathIndex >= k;
}

/** An object with everything optional left at its default. */
export function makeObject(wanted: Pick<ServedObject, 'sizeBytes' | 'seed'> & Partial<ServedObject>): ServedObject {
  return {
    etag: `"${wanted.seed}-${wanted.sizeBytes}"`,
    lastModified: null,
    acceptsRanges: true,
    headers: {},
    ...wanted,
  };
}
