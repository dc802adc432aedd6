// The last steps of a transfer: a proven file is published, remembered, and its traces in the state folder removed.
import { asFetchError, FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { EngineContext } from './engineContext';
import type { FolderHold } from './folderHold';
import type { Destination } from './place';
import { findSame, type PresentFile } from './presentFile';
import { publish, publishBytes, type Published } from './publish';
import { discardTransfer, type TransferFolder } from './transferFolder';
import type { Proven, TransferState } from './transferState';

/** A complete file, proven, and where it is to go. */
export interface Obtained {
  readonly at: Destination;
  readonly proven: Proven;
  readonly verifiedBy: string;
}

/** The parts of a transfer that a delivery works with. */
export interface Delivery {
  readonly context: EngineContext;
  readonly request: FetchRequest;
  readonly folder: TransferFolder;
  readonly hold: FolderHold;
  readonly state: TransferState;
  readonly signal: AbortSignal;
}

/**
 * Publishes. Where somebody else was faster with the same bytes, theirs will do.
 * Raises the signal's reason, and what publishing raises: `destinationExists`, `diskFull`, `permissionDenied`, `unsafePath`, `localIo`, `integrityMismatch`.
 */
export async function deliver(delivery: Delivery, { at, proven, verifiedBy }: Obtained): Promise<PresentFile> {
  const { context, folder, hold, signal, state } = delivery;
  const sha256 = proven.digests.sha256 ?? '';
  try {
    signal.throwIfAborted();
    const published = await publishProven(delivery, at, proven);
    await tidyUp(delivery, published, proven);
    const { path } = published;
    return { path, bytes: state.work.totalBytes ?? 0, sha256, verifiedBy };
  } catch (error) {
    if (!(error instanceof FetchError) || error.code !== 'destinationExists') throw error;
    const same = await findSame(context, { path: at.path, sha256, verifiedBy, signal }).catch(() => null);
    signal.throwIfAborted();
    if (!same) throw error;
    if (hold.isHeld) await discardTransfer(context.disk, folder);
    return same;
  }
}

async function publishProven(delivery: Delivery, destination: Destination, proven: Proven): Promise<Published> {
  const { context, folder, hold, request, signal, state } = delivery;
  const { overwrite, isExecutable, urls } = request;
  const order = { destination, overwrite, isExecutable, url: urls[0] ?? '', signal };
  if ('bytes' in proven) {
    return publishBytes(context.disk, context.config.stateDir, { ...order, bytes: proven.bytes, key: folder.key });
  }
  await hold.assertHeld();
  await state.close();
  return publish(context.disk, { ...order, folder, proof: proven });
}

/** Whoever waits for this transfer finds the digests saved before the folder is gone. Never raises: the file is in place. */
async function tidyUp({ context, folder, hold }: Delivery, { path, stats }: Published, proven: Proven): Promise<void> {
  try {
    const cache = await context.openCache();
    await cache.recordPublished(path, proven.digests, stats);
    if (!hold.isHeld) return;
    await cache.save();
    await discardTransfer(context.disk, folder);
  } catch (error) {
    // What is left behind is found and removed by the next transfer to the same destination.
    context.disk.log('warn', `Tidying up after ${path} failed: ${asFetchError(error).message}`);
  }
}
