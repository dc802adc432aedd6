// How one transfer of several ended. Running them is transferBatch.ts.
import type { PlainFetchError } from '../assets/fetchError';
import type { FetchResult } from '../assets/request';

export type BatchOutcome =
  | { readonly type: 'done'; readonly result: FetchResult }
  | { readonly type: 'failed'; readonly error: PlainFetchError };
