// Holds what a download brought against what has to hold: a mismatch is met with one fresh start, then with the other mirrors.
import { FetchError } from '../assets/fetchError';
import type { Disk } from './disk';
import type { Proof } from './proof';
import type { Sources } from './source';
import type { Proven, TransferState } from './transferState';

/** A download that has every byte, and what may be turned to where these are wrong. */
export interface ProvableDownload {
  readonly disk: Disk;
  readonly proof: Proof;
  readonly sources: Sources;
  readonly state: TransferState;
}

/**
 * What was proven and by what; null where the bytes are wrong and another try is worth it, for which the state is empty then.
 * Raises `integrityMismatch` where none is, `localIo`, and the signal's reason.
 */
export async function prove(
  download: ProvableDownload,
  signal: AbortSignal,
): Promise<{ proven: Proven; verifiedBy: string } | null> {
  const { disk, proof, state } = download;
  const proven = await state.prove(signal);
  try {
    return { proven, verifiedBy: proof.check(proven.digests, state.remote.isLengthProven) };
  } catch (error) {
    if (!(error instanceof FetchError) || !turnAfterMismatch(download, error)) throw error;
    disk.log('warn', `The hash of ${state.name ?? 'a file'} does not match; fetching the file once more, past caches.`);
  }
  state.work.reset();
  state.remote.forget();
  await state.reset();
  return null;
}

/** The bytes may have been resumed, come through a cache or of several servers: a source is given up when it is wrong alone. */
function turnAfterMismatch({ sources, state: { remote } }: ProvableDownload, error: FetchError): boolean {
  const wasWrongAlone = remote.isCautious;
  remote.isCautious = true;
  remote.refuseRanges();
  return sources.turn(wasWrongAlone ? error : null);
}
