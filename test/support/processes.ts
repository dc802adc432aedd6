// Child processes of tests: the built command line or a TypeScript fixture, its NDJSON events, and its sudden end.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { drawInteger, type Random } from './random';

const PROJECT = join(__dirname, '..', '..');

/** The built command line; `npm run build` makes it. */
export const cliPath = join(PROJECT, 'dist', 'cli.js');

/** One line of `--json` output. */
export type JsonEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

export interface ProcessResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of stdout that are JSON objects. */
  readonly events: readonly JsonEvent[];
}

export interface SpawnChoices {
  readonly cwd?: string;
  /** Added to this process's environment; undefined removes. Proxy variables are always removed. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A child that runs. Its output is collected whether or not anybody waits. */
export class RunningProcess {
  readonly events: JsonEvent[] = [];
  readonly finished: Promise<ProcessResult>;
  private readonly watchers = new Set<() => void>();
  private readonly lines: string[] = [];

  constructor(private readonly child: ChildProcess) {
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error('the child needs pipes');
    createInterface({ input: stdout }).on('line', (line) => this.take(line));
    this.finished = this.finish(text(stderr));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Sends a signal; SIGKILL leaves the child no chance to save anything. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** The first event of that name (and for which `isWanted` holds). Rejects if the process ends without one. */
  async waitForEvent(name: string, isWanted: (event: JsonEvent) => boolean = () => true): Promise<JsonEvent> {
    const find = (): JsonEvent | undefined => this.events.find((event) => event.event === name && isWanted(event));
    const found = new Promise<JsonEvent>((resolve) => {
      const look = (): void => {
        const event = find();
        if (event === undefined) return;
        this.watchers.delete(look);
        resolve(event);
      };
      this.watchers.add(look);
      look();
    });
    const ended = this.finished.then((result) => {
      const event = find();
      if (event === undefined)
        throw new Error(`the process ended without "${name}":\n${result.stdout}${result.stderr}`);
      return event;
    });
    return Promise.race([found, ended]);
  }

  private take(line: string): void {
    this.lines.push(line);
    if (line.startsWith('{')) this.events.push(JSON.parse(line) as JsonEvent);
    for (const watcher of this.watchers) watcher();
  }

  private async finish(stderr: Promise<string>): Promise<ProcessResult> {
    const [code, signal] = (await once(this.child, 'close')) as [number | null, NodeJS.Signals | null];
    const stdout = this.lines.map((line) => `${line}\n`).join('');
    return { code, signal, stdout, stderr: await stderr, events: this.events };
  }
}

/** Starts the built command line. */
export function startCli(args: readonly string[], choices: SpawnChoices = {}): RunningProcess {
  return start([cliPath, ...args], choices);
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], choices: SpawnChoices = {}): Promise<ProcessResult> {
  return startCli(args, choices).finished;
}

/** Starts a TypeScript file of the tests in a process of its own. */
export function startScript(path: string, args: readonly string[] = [], choices: SpawnChoices = {}): RunningProcess {
  return start(['--import', 'tsx', path, ...args], { cwd: PROJECT, ...choices });
}

/** Kills -9 after a drawn time of at most `maxDelayMs`, unless the process is over by then. Resolves with its end. */
export async function killAtRandom(
  running: RunningProcess,
  random: Random,
  maxDelayMs: number,
): Promise<ProcessResult> {
  const timer = setTimeout(() => running.kill('SIGKILL'), drawInteger(random, 0, maxDelayMs));
  try {
    return await running.finished;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the same command several times at once, as two windows or two terminals would. */
export function raceCli(args: readonly string[], count = 2, choices: SpawnChoices = {}): Promise<ProcessResult[]> {
  return Promise.all(Array.from({ length: count }, () => runCli(args, choices)));
}

function start(args: readonly string[], { cwd, env = {} }: SpawnChoices): RunningProcess {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...withoutProxies(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new RunningProcess(child);
}

/** The test machine's own proxy settings must not decide what a test sees. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isProxy = (name: string): boolean => /^(https?|all|no)_proxy$/i.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isProxy(name)));
}
