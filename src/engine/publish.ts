// A verified part file becomes the destination, atomically: by rename or link, or through a hidden sibling from another device.
import type { OverwritePolicy } from '../assets/request';
import type { Disk } from './disk';
import type { FileProof } from './fileDigest';
import type { Destination } from './place';
import type { TransferFolder } from './transferFolder';

export interface Publication {
  readonly folder: TransferFolder;
  readonly destination: Destination;
  readonly overwrite: OverwritePolicy;
  readonly isExecutable: boolean;
  /** What was verified. The part file must still be that file, or hash to the same digests. */
  readonly proof: FileProof;
  /** Where it came from, for the mark of the web; its query and userinfo are left out. */
  readonly url: string;
  /** Ends a copy to another device and waits for Windows to let go. */
  readonly signal: AbortSignal;
}

/**
 * Publishes and returns the absolute path of the file, which with `keepBoth` may be `name (2).ext`. The part file is gone
 * afterwards; journal and lease are the caller's. On any failure what was at the destination is untouched, the part file is
 * kept, and nothing else is left behind.
 * Raises `destinationExists`, `diskFull`, `permissionDenied`, `unsafePath`, `localIo`, `cancelled`, and `integrityMismatch` where the
 * part file is no longer what was verified.
 */
export async function publish(disk: Disk, publication: Publication): Promise<string> {
  throw new Error(`not yet: ${String(disk)} ${publication.destination.path}`);
}
