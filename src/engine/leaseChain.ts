// How a dead owner's lease passes on. `lease.json` is the first lease; a lease that follows the dead owner X is created
// exclusively as `lease.after-X.json`, so that exactly one process ever follows X, and then replaces `lease.json`. Nobody
// removes or renames what was judged dead earlier: that is where two takers would trip over each other.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from './disk';
import { judgeOwner, parseLease, type LeaseRecord, type Verdict } from './leaseRecord';
import { errnoOf, translateLocalError } from './localError';

/** Nobody holds the lease: whoever creates `path` exclusively, and finds the chain before it whole, does. */
export interface FreeEnd {
  readonly type: 'free';
  readonly path: string;
  /** Dead leases before it, the first one first. */
  readonly deadIds: readonly string[];
  readonly deadPaths: readonly string[];
  readonly isFormerOwnerGone: boolean;
}

export interface HeldEnd {
  readonly type: 'held';
  readonly verdict: Exclude<Verdict, 'dead' | 'silent'>;
  readonly owner: LeaseRecord | null;
}

interface FoundLease {
  /** The owner's id; for an unreadable lease, one made of its bytes. */
  readonly id: string;
  readonly owner: LeaseRecord | null;
}

/** The first lease. */
export function leasePath(dir: string): string {
  return join(dir, 'lease.json');
}

function pathAfter(dir: string, deadId: string): string {
  return join(dir, `lease.after-${deadId}.json`);
}

/**
 * Follows the chain from `lease.json` over dead owners to one that lives or to its free end. `unchangedMs` tells for how long
 * a beat, given as text, has been the last one. Raises what reading raises, translated.
 */
export async function findEnd(
  disk: Disk,
  dir: string,
  unchangedMs: (beat: string) => number,
): Promise<FreeEnd | HeldEnd> {
  const deadIds: string[] = [];
  const deadPaths: string[] = [];
  let isFormerOwnerGone = true;
  let path = leasePath(dir);
  for (let found = await readLease(disk, path); found !== null; found = await readLease(disk, path)) {
    const verdict = judge(disk, found, unchangedMs);
    if (verdict === 'alive' || verdict === 'hung') return { type: 'held', verdict, owner: found.owner };
    isFormerOwnerGone &&= verdict === 'dead';
    deadIds.push(found.id);
    deadPaths.push(path);
    path = pathAfter(dir, found.id);
  }
  return { type: 'free', path, deadIds, deadPaths, isFormerOwnerGone };
}

/** Whether the chain still consists of just these leases, from `lease.json` on. */
export async function isChainWhole(disk: Disk, dir: string, ids: readonly string[]): Promise<boolean> {
  let path = leasePath(dir);
  for (const id of ids) {
    if ((await readLease(disk, path))?.id !== id) return false;
    path = pathAfter(dir, id);
  }
  return true;
}

/** Null where there is none. */
export async function readLease({ fileSystem }: Disk, path: string): Promise<FoundLease | null> {
  try {
    const bytes = await fileSystem.readFile(path);
    const owner = parseLease(bytes);
    const id = owner?.ownerId ?? createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    return { id, owner };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw translateLocalError(error, 'read', path);
  }
}

function judge(disk: Disk, { id, owner }: FoundLease, unchangedMs: (beat: string) => number): Verdict {
  return judgeOwner(owner, {
    self: disk.processes.self,
    isProcessAlive: (pid, startedAt) => disk.processes.isAlive(pid, startedAt),
    nowMs: disk.wallClockMs(),
    unchangedMs: unchangedMs(`${id} ${owner?.heartbeatAtMs ?? ''}`),
  });
}
