// A command line that cannot be understood. Ends the process with exit code 2.
import type { FetchErrorCode } from '../assets/fetchError';

/** What is wrong with the arguments, and what to write instead. Carries the code that `--json` reports. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly code: Extract<FetchErrorCode, 'invalidRequest' | 'unsupportedUrl'> = 'invalidRequest',
  ) {
    super(message);
  }
}
