// What the parts of one download have in common: made by download.ts, used by connectionGroup.ts and segmentFetch.ts.
import type { FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { Clock } from './clock';
import type { ConnectionBudget } from './connectionBudget';
import type { EngineContext } from './engineContext';
import type { Answer } from './exchange';
import type { HttpClient } from './http';
import type { PartFile } from './partFile';
import type { RemoteFile } from './remoteFile';
import type { Sources } from './source';
import type { RemoteObject } from './validator';
import type { Workload } from './workload';

/** What a download needs of its surroundings; nothing here is its own to dispose. */
export interface DownloadSurroundings {
  readonly http: HttpClient;
  readonly budget: ConnectionBudget;
  readonly clock: Clock;
  /** Milliseconds since the epoch, for dates that servers name. */
  readonly wallClockMs: () => number;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  readonly connectionsPerFile: number;
  readonly retries: number;
  readonly idleTimeoutMs: number;
  /** Whether this process, not the network, is what holds transfers up at the moment. */
  readonly isLocallyBound: () => boolean;
}

/** The same for every download of an engine. */
export function surroundingsIn({
  budget,
  config,
  disk,
  http,
  isLocallyBound,
  random,
}: EngineContext): DownloadSurroundings {
  const { connectionsPerFile, idleTimeoutMs, retries } = config;
  const { clock, wallClockMs } = disk;
  return { http, budget, clock, wallClockMs, random, connectionsPerFile, retries, idleTimeoutMs, isLocallyBound };
}

/** What a download tells its owner while it runs. */
export interface DownloadHooks {
  /** The first usable response, before a byte of it is written; a refusal thrown here ends the download. */
  readonly onObject: (answer: Answer, object: RemoteObject) => Promise<void>;
  readonly onWritten: () => void;
  /** The bytes on disk were given up: part file, hash and journal start over. */
  readonly onReset: (reason: FetchError) => Promise<void>;
  readonly onRetry: (attempt: number, delayMs: number, error: FetchError) => void;
  /** Several times a second. */
  readonly onTick: () => void;
}

/** What the segments of one download share. */
export interface SharedDownload {
  readonly around: DownloadSurroundings;
  readonly request: FetchRequest;
  readonly sources: Sources;
  readonly remote: RemoteFile;
  readonly part: PartFile;
  readonly work: Workload;
  readonly hooks: DownloadHooks;
  readonly countConnections: () => number;
  readonly countBytes: (byteLength: number) => void;
  /** Ends the whole download. */
  readonly stop: (reason: unknown) => void;
}
