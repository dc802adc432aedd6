// A Disk for tests: the real one, with parts of it replaced and its log kept.
import { createDisk, type Disk } from '../../src/engine/disk';

export interface TestDisk extends Disk {
  /** `warn: text`, in order. */
  readonly logged: string[];
}

export function makeDisk(replaced: Partial<Disk> = {}): TestDisk {
  const logged: string[] = [];
  const disk = createDisk((level, text) => void logged.push(`${level}: ${text}`));
  return { ...disk, ...replaced, logged };
}

/** This machine after a restart. */
export function afterReboot(disk: Disk): Disk['processes'] {
  const { self } = disk.processes;
  return { ...disk.processes, self: { ...self, bootId: `${self.bootId}-next` } };
}
