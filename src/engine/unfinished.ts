// Finds transfers that wait to be resumed. Reads only: nothing is moved, repaired or locked.
import type { UnfinishedTransfer } from '../bridge/protocol';
import { countBytes } from './byteRanges';
import type { Disk } from './disk';
import { inspectJournal } from './journal';
import { isLeased } from './lease';
import { transferFolder, transfersDir } from './transferFolder';

/** Unfinished transfers in the given state folders, newest first. Those that somebody works on, and rubbish, are left out. */
export async function listUnfinished(disk: Disk, stateDirs: readonly string[]): Promise<UnfinishedTransfer[]> {
  const byKey = new Map<string, UnfinishedTransfer>();
  for (const stateDir of new Set(stateDirs)) {
    for (const name of await readNames(disk, transfersDir(stateDir))) {
      const found = await describe(disk, stateDir, name);
      const other = byKey.get(name);
      if (found !== null && !(other && other.savedAtMs >= found.savedAtMs)) byKey.set(name, found);
    }
  }
  return [...byKey.values()].sort((a, b) => b.savedAtMs - a.savedAtMs);
}

async function readNames({ fileSystem }: Disk, dir: string): Promise<string[]> {
  const names = await fileSystem.readdir(dir).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{32}$/.test(name));
}

async function describe(disk: Disk, stateDir: string, key: string): Promise<UnfinishedTransfer | null> {
  try {
    const folder = transferFolder(stateDir, key);
    if (await isLeased(disk, folder.dir)) return null;
    const journal = await inspectJournal(disk, folder);
    if (journal.type !== 'found') return null;
    const { displayUrl, isUrlRedacted, root, path, isFolder, integrity, totalBytes, savedAtMs } = journal.record;
    const receivedBytes = countBytes(journal.kept);
    return { key, displayUrl, isUrlRedacted, root, path, isFolder, integrity, receivedBytes, totalBytes, savedAtMs };
  } catch {
    return null;
  }
}
