// Who runs: this process, this boot of this machine, and whether another process is still alive.

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
  isAlive(pid: number, startedAt: string | null): boolean;
}

/** Whether two boot ids mean the same run of the kernel. */
export function isSameBoot(a: string, b: string): boolean {
  return a === b;
}

export declare const processes: Processes;
