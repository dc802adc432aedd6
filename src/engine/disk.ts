// What the engine's disk layer is given: the file system, time, this process and where to log. One object, so that tests
// replace any part of it.
import type { LogLevel } from '../bridge/protocol';
import { systemClock, type Clock } from './clock';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { readProcesses, readUmask, type Processes } from './processes';

export interface Disk {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Milliseconds since the epoch. Jumps; only for what other processes or later runs read. */
  readonly wallClockMs: () => number;
  readonly processes: Processes;
  readonly platform: NodeJS.Platform;
  /** Mode bits that new files do not get. */
  readonly umask: number;
  /** Texts hold no secrets. */
  readonly log: (level: LogLevel, text: string) => void;
}

/** The real disk of this machine. */
export function createDisk(log: Disk['log']): Disk {
  return {
    fileSystem: nodeFileSystem,
    clock: systemClock,
    wallClockMs: () => Date.now(),
    processes: readProcesses(),
    platform: process.platform,
    umask: readUmask(),
    log,
  };
}
