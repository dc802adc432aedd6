// A file system in memory that can lose power: after any call, with any of the effects lost that were not flushed by then.
// Harsher than a real one: data, names and sizes that were not flushed persist in any combination.
import { constants, type BigIntStats, type BigIntStatsFs } from 'node:fs';
import { dirname } from 'node:path';
import type { FileHandle, FileSystem } from '../../src/engine/fileSystem';
import { errnoError } from './faultFs';

type Node = { readonly id: number; readonly kind: 'file' | 'folder' };

/** One change: bytes of a file, or names in folders. A rename changes two names at once, as journaling file systems do. */
type Effect =
  | { readonly type: 'write'; readonly node: Node; readonly bytes: Buffer; readonly position: number }
  | { readonly type: 'truncate'; readonly node: Node; readonly length: number }
  | { readonly type: 'names'; readonly set: readonly (readonly [path: string, node: Node | null])[] };

/** Picks which of the effects that were not flushed persist. */
export type Luck = (index: number, effect: Effect) => boolean;

type DataChange = Exclude<Effect, { type: 'names' }>;

interface Entry {
  readonly effect: Effect;
  /** Number of the call that made it. */
  readonly madeAt: number;
  /** Number of the call whose flush made it durable. */
  durableAt: number;
}

export class CrashFs {
  readonly fileSystem: FileSystem = this.makePort();
  /** Calls made so far that changed or flushed something: the points at which the power can fail. */
  points = 0;
  /** A device that says "flushed" and does not flush: to see that the tests would notice. */
  isFlushingLost = false;
  private readonly log: Entry[] = [];
  private nextId = 1;
  private readonly names = new Map<string, Node>([['/', { id: 0, kind: 'folder' }]]);
  private readonly data = new Map<Node, { changes: readonly DataChange[]; cached: Buffer | null }>();
  private readonly versions = new Map<Node, bigint>();

  /** @param deviceOf device number of a path; renames and links between devices fail with EXDEV. */
  constructor(private readonly deviceOf: (path: string) => number = () => 1) {}

  /** Puts a file or folder in place that has been on disk for long. */
  seed(path: string, bytes: Buffer | null): void {
    const node = this.newNode(bytes === null ? 'folder' : 'file');
    this.apply({ type: 'names', set: [[path, node]] }, 0);
    if (bytes !== null) this.apply({ type: 'write', node, bytes, position: 0 }, 0);
  }

  /** The bytes of the file at `path`; undefined where there is none. */
  read(path: string): Buffer | undefined {
    const node = this.names.get(path);
    return node?.kind === 'file' ? this.bytesOf(node) : undefined;
  }

  /** What is on disk if the power fails after `point` calls and only effects with luck persist besides the flushed ones. */
  crash(point: number, hasLuck: Luck): CrashFs {
    const after = new CrashFs(this.deviceOf);
    const kept = this.log.filter(({ effect, madeAt, durableAt }, index) => {
      return madeAt <= point && (durableAt <= point || hasLuck(index, effect));
    });
    const copies = new Map<Node, Node>();
    const copyOf = (node: Node): Node => {
      const copy = copies.get(node) ?? after.newNode(node.kind);
      copies.set(node, copy);
      return copy;
    };
    for (const { effect } of kept) after.apply(reattach(effect, copyOf), 0);
    return after;
  }

  /** Put together only when somebody looks: most crashes are asked about one file. */
  private bytesOf(node: Node): Buffer {
    const { changes, cached } = this.data.get(node) ?? { changes: [], cached: null };
    if (cached !== null) return cached;
    const bytes = Buffer.alloc(Math.max(0, ...changes.map((change) => lengthAfter(0, change))));
    let length = 0;
    for (const change of changes) {
      if (change.type === 'write') change.bytes.copy(bytes, change.position);
      else bytes.fill(0, change.length);
      length = lengthAfter(length, change);
    }
    const found = bytes.subarray(0, length);
    this.data.set(node, { changes, cached: found });
    return found;
  }

  private newNode(kind: Node['kind']): Node {
    return { id: this.nextId++, kind };
  }

  private apply(effect: Effect, durableAt = Number.POSITIVE_INFINITY): void {
    this.log.push({ effect, durableAt, madeAt: durableAt === 0 ? 0 : this.points });
    if (effect.type === 'names') {
      for (const [path, node] of effect.set) {
        if (node === null) this.names.delete(path);
        else this.names.set(path, node);
      }
      return;
    }
    const changes = [...(this.data.get(effect.node)?.changes ?? []), effect];
    this.data.set(effect.node, { changes, cached: null });
    this.versions.set(effect.node, BigInt(this.log.length));
  }

  private flush(path: string, node: Node): void {
    this.points += 1;
    if (this.isFlushingLost) return;
    const concerns = (effect: Effect): boolean =>
      effect.type === 'names' ? effect.set.some(([name]) => dirname(name) === path) : effect.node === node;
    for (const entry of this.log) {
      if (concerns(entry.effect)) entry.durableAt = Math.min(entry.durableAt, this.points);
    }
  }

  private find(path: string): Node {
    const node = this.names.get(path);
    if (node === undefined) throw errnoError('ENOENT', path);
    return node;
  }

  private requireFree(path: string): void {
    if (this.names.has(path)) throw errnoError('EEXIST', path);
    if (this.find(dirname(path)).kind !== 'folder') throw errnoError('ENOTDIR', path);
  }

  private requireOneDevice(from: string, to: string): void {
    if (this.deviceOf(from) !== this.deviceOf(to)) throw errnoError('EXDEV', from);
  }

  private change(effect: Effect): void {
    this.points += 1;
    this.apply(effect);
  }

  private stat(path: string, node: Node): BigIntStats {
    const version = this.versions.get(node) ?? 0n;
    return {
      dev: BigInt(this.deviceOf(path)),
      ino: BigInt(node.id),
      nlink: BigInt([...this.names.values()].filter((other) => other === node).length),
      size: BigInt(this.bytesOf(node).length),
      mtimeNs: version,
      ctimeNs: version,
      isFile: () => node.kind === 'file',
      isDirectory: () => node.kind === 'folder',
      isSymbolicLink: () => false,
    } as unknown as BigIntStats;
  }

  private handle(path: string, node: Node): FileHandle {
    const write = (bytes: Buffer, position: number): { bytesWritten: number } => {
      this.change({ type: 'write', node, bytes: Buffer.from(bytes), position });
      return { bytesWritten: bytes.length };
    };
    const port: {
      [Name in keyof FileHandle]: (...args: Parameters<FileHandle[Name]>) => Awaited<ReturnType<FileHandle[Name]>>;
    } = {
      read: (buffer, offset, length, position) => {
        const bytes = this.bytesOf(node).subarray(position, position + length);
        return { bytesRead: bytes.copy(buffer, offset) };
      },
      write: (buffer, offset, length, position) => write(buffer.subarray(offset, offset + length), position),
      writev: (buffers, position) => write(Buffer.concat(buffers), position),
      truncate: (length) => this.change({ type: 'truncate', node, length }),
      datasync: () => this.flush(path, node),
      sync: () => this.flush(path, node),
      chmod: () => undefined,
      stat: () => this.stat(path, node),
      close: () => undefined,
    };
    return promised(port) as unknown as FileHandle;
  }

  private open(path: string, flags: string | number): FileHandle {
    const bits = typeof flags === 'number' ? flags : (LETTERS[flags] ?? 0);
    if ((bits & constants.O_EXCL) !== 0) this.requireFree(path);
    if (!this.names.has(path) && (bits & constants.O_CREAT) !== 0) {
      this.requireFree(path);
      this.change({ type: 'names', set: [[path, this.newNode('file')]] });
    }
    return this.handle(path, this.find(path));
  }

  private rename(from: string, to: string): void {
    this.requireOneDevice(from, to);
    const node = this.find(from);
    this.find(dirname(to));
    if (this.names.get(to) !== node)
      this.change({
        type: 'names',
        set: [
          [from, null],
          [to, node],
        ],
      });
  }

  private makePort(): FileSystem {
    const port: {
      [Name in keyof FileSystem]: (...args: Parameters<FileSystem[Name]>) => Awaited<ReturnType<FileSystem[Name]>>;
    } = {
      open: (path, flags) => this.open(path, flags),
      readFile: (path) => this.bytesOf(this.find(path)),
      readdir: (path) =>
        [...this.names.keys()]
          .filter((name) => name !== '/' && dirname(name) === path)
          .map((name) => name.slice(path.length + 1)),
      stat: (path) => this.stat(path, this.find(path)),
      lstat: (path) => this.stat(path, this.find(path)),
      statfs: () => ({ bavail: 1n << 40n, blocks: 1n << 40n, bsize: 1n }) as unknown as BigIntStatsFs,
      realpath: (path) => (this.find(path), path),
      access: (path) => void this.find(path),
      mkdir: (path) => {
        this.requireFree(path);
        this.change({ type: 'names', set: [[path, this.newNode('folder')]] });
      },
      rmdir: (path) => {
        if ([...this.names.keys()].some((name) => name !== path && dirname(name) === path))
          throw errnoError('ENOTEMPTY', path);
        this.change({ type: 'names', set: [[path, null]] });
      },
      rename: (from, to) => this.rename(from, to),
      link: (existing, added) => {
        this.requireOneDevice(existing, added);
        this.requireFree(added);
        this.change({ type: 'names', set: [[added, this.find(existing)]] });
      },
      unlink: (path) => {
        this.find(path);
        this.change({ type: 'names', set: [[path, null]] });
      },
      cloneFile: (from, to) => {
        const bytes = this.bytesOf(this.find(from));
        this.open(to, 'wx');
        this.change({ type: 'write', node: this.find(to), bytes, position: 0 });
      },
    };
    return promised(port) as unknown as FileSystem;
  }
}

const LETTERS: Readonly<Record<string, number>> = {
  r: constants.O_RDONLY,
  'r+': constants.O_RDWR,
  w: constants.O_WRONLY | constants.O_CREAT,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
};

function lengthAfter(length: number, change: DataChange): number {
  return change.type === 'truncate' ? change.length : Math.max(length, change.position + change.bytes.length);
}

function reattach(effect: Effect, copyOf: (node: Node) => Node): Effect {
  if (effect.type !== 'names') return { ...effect, node: copyOf(effect.node) };
  return { type: 'names', set: effect.set.map(([path, node]) => [path, node && copyOf(node)] as const) };
}

/** The same calls, as promises. */
function promised(port: object): object {
  const calls = Object.entries(port).map(([name, call]) => [
    name,
    async (...args: unknown[]) => {
      await Promise.resolve();
      return (call as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(calls) as object;
}
