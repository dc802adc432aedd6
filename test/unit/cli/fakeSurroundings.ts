// A command's surroundings that remember what was written, and an engine that plays a script of messages.
import type { EngineConfig, EngineMessage } from '../../../src/bridge/protocol';
import type { FetchRequest, FetchResult } from '../../../src/assets/request';
import type { LineOutput } from '../../../src/cli/lineOutput';
import type { Surroundings } from '../../../src/cli/surroundings';

export class RecordedOutput implements LineOutput {
  text = '';
  isTerminal = false;
  width = 80;

  write(text: string): void {
    this.text += text;
  }

  writeLine(text: string): void {
    this.write(`${text}\n`);
  }

  columns(): number {
    return this.width;
  }
}

export class FakeSurroundings implements Surroundings {
  readonly stdout = new RecordedOutput();
  readonly stderr = new RecordedOutput();
  readonly env = {};
  readonly machine = { platform: 'linux', arch: 'x64' };
  readonly defaultStateDir = '/state';
  readonly started: FetchRequest[] = [];
  readonly configs: EngineConfig[] = [];
  isDisposed = false;
  timeMs = 0;
  /** Called as the process would on Ctrl-C. */
  interrupt: () => void = () => undefined;

  /** `play` is called on each start with the means to emit; its messages need no id. */
  constructor(
    readonly cwd: string,
    private readonly play: (emit: (message: EngineMessage) => void, surroundings: FakeSurroundings) => void,
  ) {}

  readonly wallClockMs = (): number => this.timeMs;

  readonly nowMs = (): number => this.timeMs;

  readonly onInterrupt = (interrupt: () => void): (() => void) => {
    this.interrupt = interrupt;
    return () => undefined;
  };

  readonly openEngine: Surroundings['openEngine'] = (config, emit) => {
    this.configs.push(config);
    return Promise.resolve({
      start: (_id: string, request: FetchRequest) => {
        this.started.push(request);
        this.play(emit, this);
      },
      cancel: (id: string) =>
        emit({
          type: 'failed',
          id,
          error: { code: 'cancelled', message: 'Cancelled.', details: { keptBytes: 4_000_000 } },
        }),
      dispose: () => {
        this.isDisposed = true;
        return Promise.resolve();
      },
    });
  };
}

/** A result with everything unremarkable left at its default. */
export function makeResult(some: Partial<FetchResult> = {}): FetchResult {
  return {
    path: '/work/file.bin',
    bytes: 1000,
    sha256: '00'.repeat(32),
    verifiedBy: 'sha256',
    seconds: 2,
    fetchedBytes: 1000,
    resumedBytes: 0,
    connections: 1,
    ...some,
  };
}
