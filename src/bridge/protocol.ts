// Every message between the extension host and the engine's worker thread. Plain data only; file bytes never cross.
import * as v from 'valibot';
import type { PlainFetchError } from '../assets/fetchError';
import type { Integrity } from '../assets/integrity';
import { listEditSchema, type ListEdit } from '../assets/listEdit';
import type { ParsedManifest } from '../assets/manifest';
import type { TextChange } from '../assets/manifestEdit';
import { fetchRequestSchema, type FetchRequest, type FetchResult } from '../assets/request';
import type { DiskState } from '../assets/syncPlan';
import type { DiagnosisStep } from './diagnosis';

/** Proxy choice, made on the host (a worker gets none of VS Code's networking) or from the command line. */
export interface ProxySettings {
  /** `http://`, `https://` or `socks5://` URL for every host; null: look at `environment`. */
  readonly url: string | null;
  /** Value of Proxy-Authorization (`http.proxyAuthorization`); null: from the proxy URL's userinfo. */
  readonly authorization: string | null;
  /** Hosts that are dialled directly, in the forms of NO_PROXY. */
  readonly noProxy: readonly string[];
  /** Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count where `url` is null. */
  readonly useEnvironment: boolean;
  /** Whether an HTTPS proxy's own certificate is checked. */
  readonly strictSsl: boolean;
}

/** Limits and surroundings of the engine. Durations in milliseconds. */
export interface EngineConfig {
  /** Folder for part files and journals; made when first needed. */
  readonly stateDir: string;
  /** Other state folders of the same workspace, in which unfinished transfers may lie. */
  readonly otherStateDirs: readonly string[];
  readonly connectionsPerFile: number;
  readonly connectionsPerHost: number;
  readonly connectionsInAll: number;
  /** Files transferred at once. */
  readonly filesAtOnce: number;
  /** Tries without progress before a transfer fails. */
  readonly retries: number;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** Longest time without a byte of body. */
  readonly idleTimeoutMs: number;
  readonly proxy: ProxySettings;
  /** PEM certificates trusted besides the built-in ones. */
  readonly extraCertificates: readonly string[];
  readonly useSystemCertificates: boolean;
  readonly userAgent: string;
}

/** An unfinished transfer found on disk. Holds no secrets: the URL is without userinfo and query. */
export interface UnfinishedTransfer {
  /** Names the transfer's folder in the state directory; give it back to `discard`. */
  readonly key: string;
  readonly displayUrl: string;
  /** Whether `displayUrl` lacks a query that the real URL has. */
  readonly isUrlRedacted: boolean;
  /** Folder entitled and path in it, as in FetchRequest. */
  readonly root: string;
  readonly path: string;
  readonly isFolder: boolean;
  /** Hashes that the file must have, so that a resume proves no less than the first run would have. */
  readonly integrity: readonly Integrity[];
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
  /** Wall-clock time of the last checkpoint, milliseconds since the epoch. */
  readonly savedAtMs: number;
}

/** What to look for on disk beside the text of an asset list. */
export interface ListSurvey {
  /** Absolute folder of the list. */
  readonly root: string;
  /** Whether files are read even where they look unchanged since they were verified. */
  readonly isThorough: boolean;
}

/** An asset list as read, and what lies on disk where it wants files. */
export interface ListReading {
  readonly list: ParsedManifest;
  /** In the order of `list.assets`; entries for other machines count as missing. Null where none were wanted or looking failed. */
  readonly states: readonly DiskState[] | null;
  /** Why looking at the disk failed. */
  readonly error: PlainFetchError | null;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a transfer tells while it runs. Every `start` ends in exactly one `done` or `failed`. */
export type TransferEvent =
  /** The first response is judged: the name and size are known. Sent again after a restart from zero. */
  | {
      readonly type: 'started';
      readonly id: string;
      /** Final file name as far as known now; the published one is in `done`. */
      readonly name: string;
      /** Key of the transfer's folder in the state directory. */
      readonly key: string;
      readonly totalBytes: number | null;
      readonly resumedBytes: number;
    }
  /** At most ten a second. `bytesPerSecond` is smoothed over the last seconds. */
  | {
      readonly type: 'progress';
      readonly id: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | null;
      readonly bytesPerSecond: number;
      readonly connections: number;
    }
  /** Nothing comes in until `delayMs` are over. `attempt` counts tries without progress, from 1. */
  | {
      readonly type: 'retrying';
      readonly id: string;
      readonly attempt: number;
      readonly attempts: number;
      readonly delayMs: number;
      readonly error: PlainFetchError;
    }
  /** Another window or process transfers the same file; this one waits for it. */
  | { readonly type: 'waiting'; readonly id: string }
  | { readonly type: 'verifying'; readonly id: string }
  | { readonly type: 'done'; readonly id: string; readonly result: FetchResult }
  | { readonly type: 'failed'; readonly id: string; readonly error: PlainFetchError };

export type EngineMessage =
  | TransferEvent
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string }
  /** Answers to `listUnfinished` and `discard`, by their `id`. */
  | { readonly type: 'unfinished'; readonly id: string; readonly transfers: readonly UnfinishedTransfer[] }
  | { readonly type: 'discarded'; readonly id: string; readonly error: PlainFetchError | null }
  /** The answer to `diagnose`. */
  | { readonly type: 'diagnosis'; readonly id: string; readonly steps: readonly DiagnosisStep[] }
  /** The answer to `readList`. */
  | { readonly type: 'listRead'; readonly id: string; readonly reading: ListReading }
  /** The answer to `editList`; `change` is null where `error` says why there is none. */
  | {
      readonly type: 'listEdited';
      readonly id: string;
      readonly change: TextChange | null;
      readonly error: PlainFetchError | null;
    };

const milliseconds = v.pipe(v.number(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const engineConfigSchema = v.object({
  stateDir: v.string(),
  otherStateDirs: v.array(v.string()),
  connectionsPerFile: count,
  connectionsPerHost: count,
  connectionsInAll: count,
  filesAtOnce: count,
  retries: v.pipe(v.number(), v.integer(), v.minValue(0)),
  connectTimeoutMs: milliseconds,
  headersTimeoutMs: milliseconds,
  idleTimeoutMs: milliseconds,
  proxy: v.object({
    url: v.nullable(v.string()),
    authorization: v.nullable(v.string()),
    noProxy: v.array(v.string()),
    useEnvironment: v.boolean(),
    strictSsl: v.boolean(),
  }),
  extraCertificates: v.array(v.string()),
  useSystemCertificates: v.boolean(),
  userAgent: v.string(),
});

const id = v.string();

const hostMessageSchema = v.variant('type', [
  v.object({ type: v.literal('configure'), config: engineConfigSchema }),
  v.object({ type: v.literal('start'), id, request: fetchRequestSchema }),
  v.object({ type: v.literal('cancel'), id }),
  v.object({ type: v.literal('pause'), id }),
  v.object({ type: v.literal('listUnfinished'), id }),
  v.object({ type: v.literal('discard'), id, key: v.string() }),
  v.object({ type: v.literal('diagnose'), id, url: v.string() }),
  v.object({
    type: v.literal('readList'),
    id,
    text: v.string(),
    survey: v.nullable(v.object({ root: v.pipe(v.string(), v.minLength(1)), isThorough: v.boolean() })),
  }),
  v.object({ type: v.literal('editList'), id, text: v.string(), edit: listEditSchema }),
  v.object({ type: v.literal('stop') }),
]);

/**
 * What the host asks. `configure` comes first and holds for transfers started after it. `cancel` and `pause` both end the
 * transfer with `cancelled` and keep its bytes; `cancel` also ends a `readList`. `stop` saves every journal and ends the thread.
 */
export type HostMessage =
  | { readonly type: 'configure'; readonly config: EngineConfig }
  | { readonly type: 'start'; readonly id: string; readonly request: FetchRequest }
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'pause'; readonly id: string }
  | { readonly type: 'listUnfinished'; readonly id: string }
  | { readonly type: 'discard'; readonly id: string; readonly key: string }
  /** Looks what a transfer of this URL would meet; nothing is saved. `cancel` ends it early, with the steps so far. */
  | { readonly type: 'diagnose'; readonly id: string; readonly url: string }
  /** Parses a list, which takes too long for the host's thread once it is long, and looks at the disk where `survey` says so. */
  | { readonly type: 'readList'; readonly id: string; readonly text: string; readonly survey: ListSurvey | null }
  /** Works out how the text of a list has to change; nothing is written. */
  | { readonly type: 'editList'; readonly id: string; readonly text: string; readonly edit: ListEdit }
  | { readonly type: 'stop' };

/** A message from the host, checked; null for anything else. */
export function parseHostMessage(message: unknown): HostMessage | null {
  const parsed = v.safeParse(hostMessageSchema, message);
  return parsed.success ? parsed.output : null;
}

/** The `id` of a message that is not understood otherwise: whoever sent it waits for an answer. Null where it has none. */
export function idOfMessage(message: unknown): string | null {
  const parsed = v.safeParse(v.object({ id }), message);
  return parsed.success ? parsed.output.id : null;
}

/** Engine settings that hold where nobody says otherwise. package.json repeats those that are VS Code settings; a test compares them. */
export const defaultEngineConfig: Omit<EngineConfig, 'stateDir'> = {
  otherStateDirs: [],
  connectionsPerFile: 8,
  connectionsPerHost: 8,
  connectionsInAll: 16,
  filesAtOnce: 8,
  retries: 5,
  connectTimeoutMs: 15_000,
  headersTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
  proxy: { url: null, authorization: null, noProxy: [], useEnvironment: true, strictSsl: true },
  extraCertificates: [],
  useSystemCertificates: true,
  userAgent: 'asset-fetch',
};
