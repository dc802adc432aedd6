// What EngineClient rejects with on its own account, where the engine says nothing.
import { FetchError } from '../assets/fetchError';

/** Before anything was asked of the engine, or of a question: there are no bytes to keep. */
export function cancelled(): FetchError {
  return new FetchError('cancelled', 'The download was cancelled.');
}

/** The engine did not say in time what it has kept. Whatever it had saved is there for a later resume all the same. */
export function cancelledUnheard(): FetchError {
  return new FetchError('cancelled', 'The download was cancelled. What was received is kept for a later resume.', {
    reason: 'unheard',
  });
}

/** @param reason a clause: `it ended with code 1` */
export function crashed(reason: string): FetchError {
  return new FetchError(
    'engineCrashed',
    `The download engine stopped unexpectedly: ${reason}. What was fetched is kept.`,
  );
}
