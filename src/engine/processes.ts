// Who runs: this process, this boot of this machine, and whether another process is still alive.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { threadId } from 'node:worker_threads';
import { errnoOf } from './localError';

/** What tells one process of one boot of one machine from all others. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Worker thread in the process; 0 is the main one. */
  readonly threadId: number;
  /** Kernel's start time of the process (clock ticks since boot); null where the system does not tell. */
  readonly startedAt: string | null;
  /** Host name and, on Linux, PID namespace: only within one of them do PIDs mean the same. */
  readonly host: string;
  readonly bootId: string;
}

/** The system's view of processes. */
export interface Processes {
  /** This process. */
  readonly self: ProcessIdentity;
  /** Whether a process of this host with that PID and start time (null: any) is alive. Zombies are not. */
  readonly isAlive: (pid: number, startedAt: string | null) => boolean;
}

/** Boot times computed twice differ by rounding and by small clock corrections, but no machine restarts within a minute. */
const SAME_BOOT_SECONDS = 60;

/** The processes of this machine. */
export function readProcesses(): Processes {
  const self = {
    pid: process.pid,
    threadId,
    startedAt: readStat(process.pid)?.startedAt ?? null,
    host: `${hostname()}${readPidNamespace()}`,
    bootId: readBootId(),
  };
  return { self, isAlive };
}

/** Whether two boot ids mean the same run of the kernel. */
export function isSameBoot(a: string, b: string): boolean {
  if (a === b) return true;
  const [startA, startB] = [a, b].map((id) => /^started:(\d+)$/.exec(id)?.[1]);
  if (startA === undefined || startB === undefined) return false;
  return Math.abs(Number(startA) - Number(startB)) <= SAME_BOOT_SECONDS;
}

/**
 * Linux names each boot. Elsewhere the time of the boot stands in, in seconds since the epoch: the wall clock less the
 * uptime. A clock set by more than a minute looks like another boot, which errs on the safe side: flushed bytes alone count.
 */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `started:${Math.round(Date.now() / 1000 - uptime())}`;
  }
}

/** ` pid:[4026531836]`: containers often share host name and boot id, but not their PIDs. Empty where there is none. */
function readPidNamespace(): string {
  try {
    return ` ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

function isAlive(pid: number, startedAt: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, as somebody else.
    if (errnoOf(error) === 'ESRCH') return false;
  }
  const stat = readStat(pid);
  if (stat === null) return true;
  return !stat.isZombie && (startedAt === null || startedAt === stat.startedAt);
}

/** From `/proc/PID/stat`: `77 (any ) name) S 1 77 …`, state first after the name, start time 20th (proc(5)). */
function readStat(pid: number): { isZombie: boolean; startedAt: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startedAt] = [fields[0] ?? '', fields[19]];
    return startedAt === undefined ? null : { isZombie: /[ZXx]/.test(state), startedAt };
  } catch {
    return null;
  }
}

/**
 * Mode bits that new files do not get. Linux tells; `process.umask()` would change it for an instant, under the feet of other
 * threads. Elsewhere the usual 022 is taken.
 */
export function readUmask(): number {
  try {
    const octal = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return octal === undefined ? 0o022 : Number.parseInt(octal, 8);
  } catch {
    return 0o022;
  }
}
