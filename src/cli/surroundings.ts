// What a command needs of the process around it, so that commands run the same under test.
import type { FetchRequest } from '../assets/request';
import type { EngineConfig, EngineMessage } from '../bridge/protocol';
import type { LineOutput } from './lineOutput';
import type { OnInterrupt } from './stopSignals';

/** The part of the engine's queue that commands use. `dispose` saves every journal and closes every connection. */
export interface Engine {
  start(id: string, request: FetchRequest): void;
  cancel(id: string): void;
  dispose(): Promise<void>;
}

export type OpenEngine = (config: EngineConfig, emit: (message: EngineMessage) => void) => Promise<Engine>;

export interface Surroundings {
  readonly stdout: LineOutput;
  readonly stderr: LineOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform` and `process.arch` name it. */
  readonly machine: { readonly platform: string; readonly arch: string };
  /** Absolute working folder, against which paths are resolved. Raises `localIo` where it is gone. */
  readonly cwd: string;
  /** State folder where `--state-dir` is not given. */
  readonly defaultStateDir: string;
  readonly openEngine: OpenEngine;
  /** Monotonic, in milliseconds. */
  readonly nowMs: () => number;
  /** Milliseconds since the epoch; for comparing with stamps of files alone. */
  readonly wallClockMs: () => number;
  /** Requests to stop: Ctrl-C, kill. */
  readonly onInterrupt: OnInterrupt;
}
