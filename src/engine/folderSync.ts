// Making names durable: a rename survives a power cut only once its folder is flushed.
import type { FileSystem } from './fileSystem';
import { errnoOf } from './localError';

/** Windows cannot open folders, some network drives cannot flush them; there the file system orders its own log. */
const UNSUPPORTED = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF']);

/** Flushes the names in a folder, where the system can. Errors are node's. */
export async function syncFolder(fileSystem: FileSystem, dir: string): Promise<void> {
  try {
    const handle = await fileSystem.open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!UNSUPPORTED.has(errnoOf(error) ?? '')) throw error;
  }
}
