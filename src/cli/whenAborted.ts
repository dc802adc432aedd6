// Acting on a request to stop that may have come already.
import { FetchError } from '../assets/fetchError';
import type { Surroundings } from './surroundings';

/** Calls `act` once: now where the signal is aborted, else as soon as it is. */
export function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

/** Does `work` with a signal that a request to stop aborts, with a FetchError `cancelled`: where it fails after that, it raises it. */
export async function withInterrupt<T>(
  { onInterrupt }: Surroundings,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const stopListening = onInterrupt(() => interrupted.abort(new FetchError('cancelled', 'Interrupted.')));
  try {
    return await work(interrupted.signal);
  } catch (error) {
    interrupted.signal.throwIfAborted();
    throw error;
  } finally {
    stopListening();
  }
}
