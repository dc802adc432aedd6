// A lease that this process holds: making its file, beating, noticing its loss, letting go. Who may take one is lease.ts.
import { join } from 'node:path';
import { FetchError } from '../assets/fetchError';
import type { Disk } from './disk';
import type { FileHandle } from './fileSystem';
import { leasePath, readLease } from './leaseChain';
import { formatLease, HEARTBEAT_MS, type LeaseRecord } from './leaseRecord';
import { errnoOf, translateLocalError } from './localError';
import { isLinkUnsupported } from './noClobber';

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

/** Beats from the start. Translates errors of the disk. */
export class HeldLease implements Lease {
  private readonly stopBeating: () => void;
  private beating: Promise<void> = Promise.resolve();
  private released: Promise<void> | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly dir: string,
    private readonly record: LeaseRecord,
    private readonly handle: FileHandle,
    readonly isFormerOwnerGone: boolean,
  ) {
    this.stopBeating = disk.clock.every(HEARTBEAT_MS, () => {
      this.beating = this.beating.then(() => this.beat());
    });
  }

  async assertHeld(): Promise<void> {
    const path = leasePath(this.dir);
    const found = await readLease(this.disk, path).catch((error: unknown) => {
      throw translateLocalError(error, 'read', path);
    });
    if (found?.id === this.record.ownerId) return;
    const message = 'Another window or process has taken over this download. Let it finish, or try again here.';
    throw new FetchError('busy', message, { path: this.dir });
  }

  release(): Promise<void> {
    this.released ??= this.letGo();
    return this.released;
  }

  private async letGo(): Promise<void> {
    this.stopBeating();
    await this.beating;
    await this.handle.close().catch(() => undefined);
    const isOurs = await this.assertHeld().then(
      () => true,
      () => false,
    );
    if (isOurs) await this.disk.fileSystem.unlink(leasePath(this.dir)).catch(() => undefined);
  }

  /** A beat that fails is as good as missed: others judge by silence. */
  private async beat(): Promise<void> {
    if (this.released !== null) return;
    await writeBeat(this.handle, { ...this.record, heartbeatAtMs: this.disk.wallClockMs() }).catch((error: unknown) => {
      this.disk.log('warn', `The lease in ${this.dir} could not be renewed: ${errnoOf(error) ?? 'unknown error'}.`);
    });
  }
}

/** Makes `path` with the whole record in it, or returns null where it exists. The handle stays open for the beats. */
export async function createLease(
  { fileSystem }: Disk,
  dir: string,
  path: string,
  record: LeaseRecord,
): Promise<FileHandle | null> {
  const temp = join(dir, `lease.${record.ownerId}.tmp`);
  const handle = await writeLease({ fileSystem }, temp, record);
  try {
    await fileSystem.link(temp, path);
    return handle;
  } catch (error) {
    await handle.close();
    if (errnoOf(error) === 'EEXIST') return null;
    if (!isLinkUnsupported(error)) throw error;
  } finally {
    await fileSystem.unlink(temp).catch(() => undefined);
  }
  return writeLease({ fileSystem }, path, record).catch(nullIfExists);
}

async function writeLease(
  { fileSystem }: Pick<Disk, 'fileSystem'>,
  path: string,
  record: LeaseRecord,
): Promise<FileHandle> {
  const handle = await fileSystem.open(path, 'wx', 0o600);
  try {
    await writeBeat(handle, record);
    return handle;
  } catch (error) {
    await handle.close();
    await fileSystem.unlink(path).catch(() => undefined);
    throw error;
  }
}

/** Writes through the handle, never through the name: what a late beat overwrites can only be our own lease. */
async function writeBeat(handle: FileHandle, record: LeaseRecord): Promise<void> {
  const bytes = formatLease(record);
  const { bytesWritten } = await handle.write(bytes, 0, bytes.length, 0);
  if (bytesWritten < bytes.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
}

function nullIfExists(error: unknown): null {
  if (errnoOf(error) === 'EEXIST') return null;
  throw error;
}
