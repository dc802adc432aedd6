// Runs one command and measures it: wall time, CPU of it and its children, peak memory. What it means is report.ts.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';

export interface Sample {
  readonly wallSeconds: number;
  /** User and system time; null where this machine has no way to tell. */
  readonly cpuSeconds: number | null;
  /** Largest resident set of any one process of the command; null where unknown. */
  readonly peakBytes: number | null;
}

export interface CommandOutput {
  readonly sample: Sample;
  readonly stdout: string;
}

const GNU_TIME = '/usr/bin/time';
const hasGnuTime = isGnuTime();

/** How CPU and memory are measured on this machine, for the report. */
export const measuringMethod = hasGnuTime ? 'GNU time (wait4)' : 'polling /proc every 5 ms';

/** Runs a command to its end. Throws with its stderr when it fails. */
export async function measureCommand(command: readonly string[]): Promise<CommandOutput> {
  return hasGnuTime ? measureByTime(command) : measureByPolling(command);
}

async function measureByTime(command: readonly string[]): Promise<CommandOutput> {
  const startMs = performance.now();
  // The figures come last on stderr, behind a mark that no tool prints.
  const child = spawn(GNU_TIME, ['-f', '\n@measured %U %S %M', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  const wallSeconds = (performance.now() - startMs) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
  const [, user, system, kib] = /@measured (\S+) (\S+) (\d+)/.exec(stderr) ?? [];
  return { stdout, sample: { wallSeconds, cpuSeconds: Number(user) + Number(system), peakBytes: Number(kib) * 1024 } };
}

async function measureByPolling(command: readonly string[]): Promise<CommandOutput> {
  const [program = '', ...args] = command;
  const startMs = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let last: Omit<Sample, 'wallSeconds'> = { cpuSeconds: null, peakBytes: null };
  const timer = setInterval(() => (last = readProcess(child.pid ?? 0) ?? last), 5);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  clearInterval(timer);
  const wallSeconds = (performance.now() - startMs) / 1000;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
  return { stdout, sample: { wallSeconds, ...last } };
}

async function ended(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

function isGnuTime(): boolean {
  const { stdout, stderr, error } = spawnSync(GNU_TIME, ['--version'], { encoding: 'utf8' });
  return error === undefined && /GNU/.test(stdout + stderr);
}

function readProcess(pid: number): Omit<Sample, 'wallSeconds'> | null {
  try {
    // Fields behind the name, which may hold spaces: utime, stime, cutime, cstime are the 12th to 15th, in ticks of 10 ms.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = stat.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return { cpuSeconds: ticks / 100, peakBytes: kib === undefined ? null : Number(kib) * 1024 };
  } catch {
    return null;
  }
}
