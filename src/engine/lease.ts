// One writer per transfer, across windows, processes and crashes. Whoever holds the lease writes the part file and the journal.
import type { Disk } from './disk';

/** The right to write a transfer's folder. Beats on its own until released. */
export interface Lease {
  /**
   * False where the former owner was taken for dead by its silence alone: it may only sleep, and write to the part file when it
   * wakes. Then call `detachPart` before writing.
   */
  readonly isFormerOwnerGone: boolean;
  /** Raises `busy` where another process has taken the lease over (this one slept, or the file system's locks lie). */
  assertHeld(): Promise<void>;
  /** Lets go; the next asker gets the lease at once. Never raises. Safe to call twice and after `discardTransfer`. */
  release(): Promise<void>;
}

export interface LeaseWait {
  /** Ends the waiting with `cancelled`. */
  readonly signal: AbortSignal;
  /** Called once, if another owner is alive and has to be waited for. */
  readonly onWaiting: () => void;
}

/**
 * Waits for the lease of the transfer's folder `dir`, which must exist. A dead owner's lease is taken over.
 * Raises `busy` where the owner lives but has been silent for a minute, `cancelled`, `diskFull`, `permissionDenied`, `localIo`.
 */
export async function acquireLease(disk: Disk, dir: string, wait: LeaseWait): Promise<Lease> {
  throw new Error(`not yet: ${String(disk)} ${dir} ${String(wait)}`);
}

/** Whether somebody works on the transfer in `dir`, as far as a look tells. Never raises. */
export async function isLeased(disk: Disk, dir: string): Promise<boolean> {
  throw new Error(`not yet: ${String(disk)} ${dir}`);
}
