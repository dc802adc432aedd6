// A transfer's claim on its folder in the state directory: made when first needed, given back at the end.
import { FetchError } from '../assets/fetchError';
import type { Disk } from './disk';
import { inspectJournal } from './journal';
import { acquireLease, type Lease, type LeaseWait } from './lease';
import { detachPart, makeTransferFolder, requireUsableState, type TransferFolder } from './transferFolder';

/** Another window or process was at the same transfer until now: whoever holds this looks at everything anew. */
export class Superseded extends Error {}

const WATCH_MS = 200;
/** Times that the folder may vanish while its lease is asked for. */
const MOST_ATTEMPTS = 20;

/** At most one lease at a time; whoever made it calls `release` at the end. */
export class FolderHold {
  private lease: Lease | null = null;
  private taking: Promise<void> | null = null;
  /** `urlHash` of the transfer that was waited for; null where none was or it left no journal. */
  othersUrlHash: string | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly folder: TransferFolder,
    private readonly onWaiting: () => void,
  ) {}

  get isHeld(): boolean {
    return this.lease !== null;
  }

  /** Whether an earlier run, or another process now, has this folder. Raises what `requireUsableState` does. */
  async exists(): Promise<boolean> {
    const stats = await this.disk.fileSystem.lstat(this.folder.dir).catch(() => null);
    if (stats === null) await requireUsableState(this.disk, this.folder);
    return stats !== null;
  }

  /**
   * Makes the folder and waits for its lease. Raises Superseded, with the lease held, where it had to wait; `busy`,
   * `cancelled`, `diskFull`, `permissionDenied`, `localIo`.
   */
  async take(signal: AbortSignal): Promise<void> {
    if (this.lease) return;
    this.taking ??= this.takeOnce(signal).finally(() => {
      this.taking = null;
    });
    await this.taking;
  }

  private async takeOnce(signal: AbortSignal): Promise<void> {
    const watches: (() => void)[] = [];
    const onWaiting = (): void => {
      this.onWaiting();
      watches.push(this.disk.clock.every(WATCH_MS, () => void this.watchOther()));
    };
    try {
      this.lease = await leaseFolder(this.disk, this.folder, { signal, onWaiting });
    } finally {
      for (const stop of watches) stop();
    }
    if (!this.lease.isFormerOwnerGone) await detachPart(this.disk, this.folder);
    if (watches.length > 0) throw new Superseded();
  }

  /** Raises `busy` where another process has taken the lease over. */
  async assertHeld(): Promise<void> {
    await this.lease?.assertHeld();
  }

  async release(): Promise<void> {
    await this.lease?.release();
    this.lease = null;
  }

  private async watchOther(): Promise<void> {
    const journal = await inspectJournal(this.disk, this.folder).catch(() => null);
    if (journal?.type === 'found') this.othersUrlHash = journal.record.urlHash;
  }
}

/**
 * Makes the folder and waits for its lease. An owner that is done removes it under whoever waits: then it is made anew. Raises
 * what `makeTransferFolder` and `acquireLease` raise.
 */
export async function leaseFolder(disk: Disk, folder: TransferFolder, wait: LeaseWait): Promise<Lease> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await makeTransferFolder(disk, folder);
      return await acquireLease(disk, folder.dir, wait);
    } catch (error) {
      const isGone = error instanceof FetchError && error.details.reason === 'ENOENT';
      if (!isGone || attempt >= MOST_ATTEMPTS) throw error;
    }
  }
}
