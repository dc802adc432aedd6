// Moving a file to a name without replacing what may be there: Node has no renameat2(RENAME_NOREPLACE), but link(2) is exclusive.
import type { FileSystem } from './fileSystem';
import { errnoOf } from './localError';

/** What file systems without hard links answer (FAT, some network and shared drives), each in its own way. */
const UNSUPPORTED = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR', 'EINVAL']);

/** Whether link(2) failed for lack of hard links; a real lack of rights shows again in whatever is tried instead. */
export function isLinkUnsupported(error: unknown): boolean {
  return UNSUPPORTED.has(errnoOf(error) ?? '');
}

/**
 * Moves `from` to `to`, both on one device; raises EEXIST where `to` is taken, be it by a dangling link. Errors are node's.
 * Without hard links `to` is checked right before a rename: a file made in between, within microseconds, would be replaced.
 * The other way, a placeholder, would show an empty file at the destination, and leave it there in a crash.
 */
export async function moveNoClobber(fileSystem: FileSystem, from: string, to: string): Promise<void> {
  try {
    await fileSystem.link(from, to);
  } catch (error) {
    if (isLinkUnsupported(error)) return checkThenRename(fileSystem, from, to);
    // NFS repeats a request whose answer got lost, and the second one finds what the first one made (open(2), O_EXCL).
    if (errnoOf(error) !== 'EEXIST' || !(await isSameFile(fileSystem, from, to))) throw error;
  }
  // The file is in place whatever happens now; journal.ts drops a part file that kept its second name.
  await fileSystem.unlink(from).catch(() => undefined);
}

async function isSameFile(fileSystem: FileSystem, a: string, b: string): Promise<boolean> {
  const [statsA, statsB] = await Promise.all([fileSystem.lstat(a), fileSystem.lstat(b)]);
  return statsA.dev === statsB.dev && statsA.ino === statsB.ino;
}

async function checkThenRename(fileSystem: FileSystem, from: string, to: string): Promise<void> {
  const isTaken = await fileSystem.lstat(to).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
  if (isTaken) throw Object.assign(new Error(`EEXIST: ${to}`), { code: 'EEXIST' });
  await fileSystem.rename(from, to);
}
