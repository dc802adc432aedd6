// After a kill: every byte that a journal vouches for must be in the part file, and of one object.
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { createDisk } from '../../src/engine/disk';
import { inspectJournal } from '../../src/engine/journal';
import { transferFolder, transfersDir } from '../../src/engine/transferFolder';
import { assertBody } from '../support/body';

/**
 * Compares the ranges of every journal in a state folder with the part file beside it. The object's seed is what its ETag
 * (`"SEED"`) says. Returns how many journals vouched for at least a byte. Throws at the first wrong byte.
 */
export async function checkJournals(stateDir: string, seeds: readonly number[]): Promise<number> {
  const disk = createDisk(() => undefined);
  let vouching = 0;
  for (const key of listKeys(stateDir)) {
    const folder = transferFolder(stateDir, key);
    const journal = await inspectJournal(disk, folder);
    if (journal.type !== 'found' || journal.kept.length === 0) continue;
    vouching += 1;
    const seed = Number(journal.record.etag?.replaceAll('"', ''));
    assert.ok(seeds.includes(seed), `the journal's ETag is ${String(journal.record.etag)}`);
    for (const [start, end] of journal.kept) assertBody(readPart(folder.part, start, end), seed, start, seeds);
  }
  return vouching;
}

function listKeys(stateDir: string): string[] {
  try {
    return readdirSync(transfersDir(stateDir)).filter((name) => /^[0-9a-f]{32}$/.test(name));
  } catch {
    return [];
  }
}

function readPart(path: string, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  const descriptor = openSync(path, 'r');
  const length = readSync(descriptor, bytes, 0, bytes.length, start);
  closeSync(descriptor);
  assert.equal(length, bytes.length, 'the part file is shorter than its journal says');
  return bytes;
}
