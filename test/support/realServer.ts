// Starting, awaiting and stopping a server program of the system. Which program and how it is set up is nginx.ts, apache.ts, squid.ts.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { describe } from 'mocha';

// Server programs live where the PATH of plain users seldom looks.
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];
const READY_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 2_000;

/** Path of an installed program, first name that is found; null for none. */
export function findProgram(...names: readonly string[]): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...EXTRA_FOLDERS];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ?? null;
}

export function isInstalled(program: 'nginx' | 'apache2' | 'squid'): boolean {
  return findProgram(...(program === 'apache2' ? ['apache2', 'httpd'] : [program])) !== null;
}

/** A mocha suite that needs programs of the system; skipped, saying so, where one is missing. */
export function describeWith(
  programs: readonly Parameters<typeof isInstalled>[0][],
  title: string,
  body: () => void,
): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (skipped: ${missing.join(', ')} not installed)`, body);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** A loopback port that was free a moment ago, for programs that can't be told to take any. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server program in the foreground. */
export class ServerProcess {
  private readonly stderr: Promise<string>;

  private constructor(private readonly child: ChildProcess) {
    this.stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  }

  /** Starts it and resolves once `port` takes connections. Throws with what it printed if it ends before. */
  static async start(program: string, args: readonly string[], port: number): Promise<ServerProcess> {
    const server = new ServerProcess(spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
    const deadlineMs = Date.now() + READY_TIMEOUT_MS;
    while (!(await takesConnections(port))) {
      if (server.hasEnded || Date.now() > deadlineMs) {
        await server.stop();
        throw new Error(`${program} did not start: ${await server.stderr}`);
      }
      await sleep(10);
    }
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
