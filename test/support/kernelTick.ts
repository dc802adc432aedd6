// The resolution of the kernel's clock for files: what is written within one tick of it has the same times.
import { rmSync, statSync, writeFileSync } from 'node:fs';

/** Returns as soon as a change to `file` gets times of its own. @param probe path of a file that is made and removed for it */
export function passTick(file: string, probe: string): void {
  const { ctimeNs } = statSync(file, { bigint: true });
  do writeFileSync(probe, 'x');
  while (statSync(probe, { bigint: true }).ctimeNs <= ctimeNs);
  rmSync(probe);
}
