// What the figures were measured on.
import { readFileSync, readdirSync, statfsSync } from 'node:fs';
import { cpus, release, totalmem, type as osName } from 'node:os';
import { describeTools } from './peers';
import { measuringMethod } from './measure';

// Magic numbers of statfs(2).
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x01021994: 'tmpfs (in memory)',
  0xef53: 'ext4 (disk)',
  0x58465342: 'xfs (disk)',
  0x9123683e: 'btrfs (disk)',
  0x794c7630: 'overlayfs',
};

/** Name and value of everything worth knowing, for the head of the report. */
export function describeMachine(folder: string, serverDescription: string): readonly (readonly [string, string])[] {
  const [cpu] = cpus();
  return [
    ['date', new Date().toISOString().slice(0, 10)],
    ['machine', `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['system', `${osName()} ${release()}`],
    ['files on', FILE_SYSTEMS[statfsSync(folder).type] ?? `file system 0x${statfsSync(folder).type.toString(16)}`],
    ['server', serverDescription],
    ['CPU and memory by', measuringMethod],
    ['load before', readLoad()],
    ...describeTools(),
  ];
}

/** Shared machines are seldom idle; the reader should know. */
function readLoad(): string {
  try {
    const [oneMinute = '?'] = readFileSync('/proc/loadavg', 'utf8').split(' ');
    return `${oneMinute} (1 minute), ${readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length} processes`;
  } catch {
    return 'unknown';
  }
}
