// What a failed transfer leaves: bytes that can serve a later run are kept, all else is removed.
import { asFetchError, FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { Disk } from './disk';
import { Superseded, type FolderHold } from './folderHold';
import { discardTransfer, type TransferFolder } from './transferFolder';
import type { TransferState } from './transferState';

/** After these nothing on disk is of any more use. */
const USELESS_AFTER: ReadonlySet<string> = new Set(['integrityMismatch', 'objectChanged']);
/** Saving the state of a transfer that failed in memory waits no longer than this for another process. */
const KEEP_WAIT_MS = 1_000;

export interface FailedTransfer {
  readonly disk: Disk;
  readonly folder: TransferFolder;
  readonly hold: FolderHold;
  readonly request: FetchRequest;
  readonly state: TransferState;
  /** Brings the state to disk, where it is in memory. */
  readonly materialize: (signal: AbortSignal) => Promise<void>;
}

/** Closes the state of a transfer that ended with `error`; resolves with what to raise, which says how many bytes were kept. */
export async function putAway(failed: FailedTransfer, error: unknown): Promise<unknown> {
  const { state } = failed;
  const isUseless = state.remote.isSpoiled || (error instanceof FetchError && USELESS_AFTER.has(error.code));
  const mayKeep = error instanceof FetchError && !isUseless && state.mayBeResumed && state.work.writtenBytes > 0;
  const keptBytes = mayKeep ? await keep(failed, error.code === 'cancelled') : 0;
  await state.close();
  if (error instanceof Superseded) return error;
  if (keptBytes === 0) await discard(failed);
  return error instanceof FetchError ? error.with({ keptBytes }) : error;
}

/** Resolves with the bytes that are kept. */
async function keep({ disk, request, state, materialize }: FailedTransfer, isPause: boolean): Promise<number> {
  try {
    if (state.part.isInMemory) await materialize(AbortSignal.timeout(KEEP_WAIT_MS));
    return await state.keep(isPause);
  } catch (error) {
    disk.log('warn', `What was received of ${request.path} could not be kept: ${asFetchError(error).message}`);
    return 0;
  }
}

/** Nothing there can serve a later run. Not where another process has the folder by now. Never raises: another error is why. */
async function discard({ disk, folder, hold, request }: FailedTransfer): Promise<void> {
  if (!hold.isHeld) return;
  try {
    await hold.assertHeld();
    await discardTransfer(disk, folder);
  } catch (error) {
    disk.log('warn', `What is left of ${request.path} could not be removed: ${asFetchError(error).message}`);
  }
}
