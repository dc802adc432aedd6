// What a lease says on disk, and what its owner's silence means. Judging is pure; taking over is lease.ts.
import * as v from 'valibot';
import { isSameBoot, type ProcessIdentity } from './processes';

const leaseSchema = v.object({
  version: v.literal(1),
  // It becomes a part of a file name.
  ownerId: v.pipe(v.string(), v.uuid()),
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  threadId: v.pipe(v.number(), v.safeInteger()),
  processStartedAt: v.nullable(v.string()),
  host: v.string(),
  bootId: v.string(),
  heartbeatAtMs: v.pipe(v.number(), v.safeInteger()),
});

/** The owner of a transfer's folder. Times are wall clock, milliseconds since the epoch. */
export type LeaseRecord = v.InferOutput<typeof leaseSchema>;

/** How often an owner says that it lives, in milliseconds. */
export const HEARTBEAT_MS = 2_000;
/** Silence after which nobody waits for an owner any longer. */
const HUNG_AFTER_MS = 60_000;
/** Clocks jump and laptops sleep: an old heartbeat counts only once it was watched for so long without a beat. */
export const WATCH_MS = 5_000;
/** A few beats: enough where all but the last doubt is excluded. */
const FEW_BEATS_MS = 10_000;
/** Where PIDs may be reused unnoticed, a process that looks alive is given up after so long. */
const GIVEN_UP_AFTER_MS = 600_000;
/** File systems without hard links show a lease while it is written; elsewhere only a power cut leaves an unreadable one. */
const UNREADABLE_AFTER_MS = 3_000;

/**
 * `dead`: certainly gone. `silent`: taken for gone, but it may only sleep. `hung`: it lives and does not answer.
 * Both `dead` and `silent` leases may be taken over.
 */
export type Verdict = 'alive' | 'dead' | 'silent' | 'hung';

/** What is known of an owner besides its lease. */
export interface Observation {
  readonly self: ProcessIdentity;
  readonly isProcessAlive: (pid: number, startedAt: string | null) => boolean;
  /** Wall clock now, milliseconds since the epoch. */
  readonly nowMs: number;
  /** How long this process has watched the lease without a beat, monotonic. */
  readonly unchangedMs: number;
}

/** Whether the owner of a lease lives; null is a lease that cannot be read. */
export function judgeOwner(owner: LeaseRecord | null, seen: Observation): Verdict {
  if (owner === null) return seen.unchangedMs >= UNREADABLE_AFTER_MS ? 'dead' : 'alive';
  if (owner.host !== seen.self.host) return isSilent(owner, seen, HUNG_AFTER_MS) ? 'silent' : 'alive';
  if (!isSameBoot(owner.bootId, seen.self.bootId)) return judgeOtherBoot(owner, seen);
  if (!seen.isProcessAlive(owner.pid, owner.processStartedAt)) return 'dead';
  // The host starts a new engine thread only when the old one has ended.
  const isOtherThread = owner.pid === seen.self.pid && owner.threadId !== seen.self.threadId;
  if (isOtherThread && isSilent(owner, seen, FEW_BEATS_MS)) return 'dead';
  if (owner.processStartedAt === null && isSilent(owner, seen, GIVEN_UP_AFTER_MS)) return 'silent';
  return isSilent(owner, seen, HUNG_AFTER_MS) ? 'hung' : 'alive';
}

/** Two machines may bear one name (`localhost`) on one network drive, and a stepped clock may look like another boot. */
function judgeOtherBoot({ heartbeatAtMs }: LeaseRecord, { nowMs, unchangedMs }: Observation): Verdict {
  return Math.max(nowMs - heartbeatAtMs, unchangedMs) >= FEW_BEATS_MS ? 'dead' : 'alive';
}

function isSilent({ heartbeatAtMs }: LeaseRecord, { nowMs, unchangedMs }: Observation, forMs: number): boolean {
  return unchangedMs >= forMs || (unchangedMs >= WATCH_MS && nowMs - heartbeatAtMs >= forMs);
}

/** The lease as written to disk; always the same length for one owner, so that a beat overwrites all of the one before. */
export function formatLease(lease: LeaseRecord): Buffer {
  return Buffer.from(`${JSON.stringify(lease)}\n`);
}

/** Null where the bytes are no lease. */
export function parseLease(bytes: Buffer): LeaseRecord | null {
  try {
    return v.parse(leaseSchema, JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}
