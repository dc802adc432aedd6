// Errors of the parsers in src/assets, as errors of usage.
import { FetchError } from '../assets/fetchError';
import { UsageError } from './usageError';

/** Runs a parser of src/assets on something written on the command line; what it refuses becomes a UsageError that names `where`. */
export function asUsage<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FetchError)) throw error;
    throw new UsageError(`${where}: ${error.message}`, error.code === 'unsupportedUrl' ? error.code : 'invalidRequest');
  }
}
