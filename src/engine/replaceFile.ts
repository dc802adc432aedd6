// Small files that are replaced as a whole: readers see the old one or the new one.
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { FileSystem } from './fileSystem';
import { syncFolder } from './folderSync';

/**
 * Replaces the file at `path` in one step; `isDurable`: and flushes it, so that after a power cut it is the old one or the new
 * one. Errors are node's; the old file then stays.
 */
export async function replaceFile(
  fileSystem: FileSystem,
  path: string,
  text: string,
  isDurable: boolean,
): Promise<void> {
  // Unique: on file systems whose locks lie two processes may save at once.
  const temp = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(fileSystem, temp, Buffer.from(text), isDurable);
    await fileSystem.rename(temp, path);
  } catch (error) {
    await fileSystem.unlink(temp).catch(() => undefined);
    throw error;
  }
  if (isDurable) await syncFolder(fileSystem, dirname(path));
}

async function writeFile(fileSystem: FileSystem, path: string, bytes: Buffer, isDurable: boolean): Promise<void> {
  const handle = await fileSystem.open(path, 'wx', 0o600);
  try {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, done);
      if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
      done += bytesWritten;
    }
    if (isDurable) await handle.sync();
  } finally {
    await handle.close();
  }
}
