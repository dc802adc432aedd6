// One writer per transfer, across windows, processes and crashes. Whoever holds the lease writes the part file and the journal.
import { randomUUID } from 'node:crypto';
import { FetchError } from '../assets/fetchError';
import type { Disk } from './disk';
import { createLease, HeldLease, type Lease } from './heldLease';
import { findEnd, isChainWhole, leasePath, type FreeEnd, type HeldEnd } from './leaseChain';
import { WATCH_MS, type LeaseRecord } from './leaseRecord';
import { translateLocalError } from './localError';

export type { Lease };

export interface LeaseWait {
  /** Ends the waiting with `cancelled`. */
  readonly signal: AbortSignal;
  /** Called once, if another owner is alive and has to be waited for. */
  readonly onWaiting: () => void;
}

const POLL_MS = 250;
/** Somebody was faster just now: their lease shows at once. */
const LOST_RACE_MS = 10;

/**
 * Waits for the lease of the transfer's folder `dir`, which must exist. A dead owner's lease is taken over.
 * Raises `busy` where the owner lives but has been silent for a minute, `cancelled`, `diskFull`, `permissionDenied`, `localIo`.
 */
export async function acquireLease(disk: Disk, dir: string, wait: LeaseWait): Promise<Lease> {
  const watch = new Watch(disk);
  let isWaiting = false;
  for (;;) {
    if (wait.signal.aborted) throw cancelled(wait.signal);
    const end = await findEnd(disk, dir, (id) => watch.unchangedMs(id));
    if (end.type === 'free') {
      const lease = await claim(disk, dir, end);
      if (lease !== null) return lease;
    } else {
      if (end.verdict === 'hung') throw hung(dir, end);
      if (!isWaiting) wait.onWaiting();
      isWaiting = true;
    }
    await disk.clock.sleep(end.type === 'free' ? LOST_RACE_MS : POLL_MS, wait.signal).catch(() => undefined);
  }
}

/** Whether somebody works on the transfer in `dir`, as far as one look tells. Never raises. */
export async function isLeased(disk: Disk, dir: string): Promise<boolean> {
  try {
    return (await findEnd(disk, dir, () => WATCH_MS)).type === 'held';
  } catch {
    return false;
  }
}

/** For how long the leases of others have shown no beat, by this process's own monotonic clock. */
class Watch {
  private readonly firstSeenMs = new Map<string, number>();

  constructor(private readonly disk: Disk) {}

  unchangedMs(beat: string): number {
    const nowMs = this.disk.clock.nowMs();
    const sinceMs = this.firstSeenMs.get(beat) ?? nowMs;
    this.firstSeenMs.set(beat, sinceMs);
    return nowMs - sinceMs;
  }
}

/** Takes the free end of the chain; null where somebody else was faster. */
async function claim(disk: Disk, dir: string, end: FreeEnd): Promise<Lease | null> {
  const record = newRecord(disk);
  let lease: Lease | null = null;
  try {
    const handle = await createLease(disk, dir, end.path, record);
    if (handle === null) return null;
    lease = new HeldLease(disk, dir, record, handle, end.isFormerOwnerGone);
    if (await becomeRoot(disk, dir, end, record)) return lease;
  } catch (error) {
    await withdraw(disk, dir, end, lease);
    throw translateLocalError(error, 'prepare', dir);
  }
  await withdraw(disk, dir, end, lease);
  return null;
}

/** Nobody else can have made `end.path` while ours was there, so what is removed is ours. */
async function withdraw({ fileSystem }: Disk, dir: string, end: FreeEnd, lease: Lease | null): Promise<void> {
  if (lease !== null && end.path !== leasePath(dir)) await fileSystem.unlink(end.path).catch(() => undefined);
  await lease?.release();
}

/**
 * Our file is there, but what it follows may be outdated by now: only if every lease before it still stands as judged has
 * nobody else won. Then nobody else can change them (each can be followed once), and ours replaces the first.
 */
async function becomeRoot(disk: Disk, dir: string, end: FreeEnd, { ownerId }: LeaseRecord): Promise<boolean> {
  const { fileSystem } = disk;
  if (!(await isChainWhole(disk, dir, [...end.deadIds, ownerId]))) return false;
  if (end.path !== leasePath(dir)) await fileSystem.rename(end.path, leasePath(dir));
  for (const path of end.deadPaths.slice(1)) await fileSystem.unlink(path).catch(() => undefined);
  return true;
}

function newRecord({ processes: { self }, wallClockMs }: Disk): LeaseRecord {
  return {
    version: 1,
    ownerId: randomUUID(),
    pid: self.pid,
    threadId: self.threadId,
    processStartedAt: self.startedAt,
    host: self.host,
    bootId: self.bootId,
    heartbeatAtMs: wallClockMs(),
  };
}

function cancelled(signal: AbortSignal): FetchError {
  if (signal.reason instanceof FetchError) return signal.reason;
  return new FetchError('cancelled', 'The download was cancelled while it waited for another window.');
}

function hung(dir: string, { owner }: HeldEnd): FetchError {
  const who = owner === null ? '' : ` (process ${owner.pid})`;
  const message = `Another window or process${who} downloads this file but has not answered for a minute. Close it, then try again.`;
  return new FetchError('busy', message, { path: dir });
}
