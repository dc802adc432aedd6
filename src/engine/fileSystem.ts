// The narrow port through which the engine touches the disk. Tests wrap it to make single calls fail; errors are node's own,
// translated by localError.ts.
import { constants, type BigIntStats, type BigIntStatsFs } from 'node:fs';
import * as fs from 'node:fs/promises';

/** An open file. Errors are node's. The opener closes it. */
export interface FileHandle {
  /** Reads at `position`; may be short, 0 at the end of the file. */
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  /** Writes at `position`; may be short without an error. */
  write(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  /** Writes all of `buffers` at `position`; may be short without an error. */
  writev(buffers: readonly Buffer[], position: number): Promise<{ bytesWritten: number }>;
  truncate(lengthBytes: number): Promise<void>;
  /** fdatasync: data and size survive a power cut. */
  datasync(): Promise<void>;
  /** fsync: metadata too; on a folder, the names in it. */
  sync(): Promise<void>;
  chmod(mode: number): Promise<void>;
  stat(): Promise<BigIntStats>;
  close(): Promise<void>;
}

/** What the engine needs of a file system; see node:fs for each call. Modes are numbers, flags `O_…` or node's letters. */
export interface FileSystem {
  open(path: string, flags: string | number, mode?: number): Promise<FileHandle>;
  readFile(path: string): Promise<Buffer>;
  readdir(path: string): Promise<string[]>;
  stat(path: string): Promise<BigIntStats>;
  lstat(path: string): Promise<BigIntStats>;
  statfs(path: string): Promise<BigIntStatsFs>;
  realpath(path: string): Promise<string>;
  access(path: string, mode: number): Promise<void>;
  /** One folder; its parent must exist. */
  mkdir(path: string, mode: number): Promise<void>;
  rmdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  link(existing: string, added: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Copies a file, sharing its blocks where the file system can. Fails where `to` exists. */
  cloneFile(from: string, to: string): Promise<void>;
}

/** The real disk. */
export const nodeFileSystem: FileSystem = {
  async open(path, flags, mode) {
    return asPort(await fs.open(path, flags, mode));
  },
  readFile: (path) => fs.readFile(path),
  readdir: (path) => fs.readdir(path),
  stat: (path) => fs.stat(path, { bigint: true }),
  lstat: (path) => fs.lstat(path, { bigint: true }),
  statfs: (path) => fs.statfs(path, { bigint: true }),
  realpath: (path) => fs.realpath(path),
  access: (path, mode) => fs.access(path, mode),
  mkdir: (path, mode) => fs.mkdir(path, { mode }).then(() => undefined),
  rmdir: (path) => fs.rmdir(path),
  rename: (from, to) => fs.rename(from, to),
  link: (existing, added) => fs.link(existing, added),
  unlink: (path) => fs.unlink(path),
  cloneFile: (from, to) => fs.copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
};

function asPort(handle: fs.FileHandle): FileHandle {
  return {
    read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
    write: (buffer, offset, length, position) => handle.write(buffer, offset, length, position),
    writev: (buffers, position) => handle.writev([...buffers], position),
    truncate: (lengthBytes) => handle.truncate(lengthBytes),
    datasync: () => handle.datasync(),
    sync: () => handle.sync(),
    chmod: (mode) => handle.chmod(mode),
    stat: () => handle.stat({ bigint: true }),
    close: () => handle.close(),
  };
}
