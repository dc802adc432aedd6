// What all transfers of one engine share. Built by queue.ts, which disposes it.
import type { EngineConfig } from '../bridge/protocol';
import type { ConnectionBudget } from './connectionBudget';
import type { Disk } from './disk';
import type { Hasher } from './hasher';
import type { HttpClient } from './http';
import type { PlaceCache } from './placeCache';
import type { VerifiedCache } from './verifiedCache';

export interface EngineContext {
  readonly config: EngineConfig;
  readonly disk: Disk;
  readonly http: HttpClient;
  readonly budget: ConnectionBudget;
  readonly hasher: Hasher;
  readonly places: PlaceCache;
  /** Opened when first asked for. */
  readonly openCache: () => Promise<VerifiedCache>;
  /** In [0, 1): jitter. */
  readonly random: () => number;
  /** Whether this thread, not the network, is what holds transfers up. */
  readonly isLocallyBound: () => boolean;
}
