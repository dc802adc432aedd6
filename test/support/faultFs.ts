// The real file system with faults: the nth call of an operation fails, writes are short, something happens right before a call.
import type { BigIntStatsFs } from 'node:fs';
import { nodeFileSystem, type FileHandle, type FileSystem } from '../../src/engine/fileSystem';

/** Calls of the port; those of open files as `handle.write`. */
export type DiskOperation = keyof FileSystem | `handle.${keyof FileHandle}`;

export interface DiskCall {
  readonly operation: DiskOperation;
  /** First path of the call; for open files the path they were opened with. */
  readonly path: string;
}

export interface DiskFault {
  readonly operation: DiskOperation;
  /** 1: the first call. Counted over calls whose path includes `path`. */
  readonly nth: number;
  readonly errno: string;
  readonly path?: string;
  /** How many calls fail from the nth on. Default: 1. */
  readonly times?: number;
}

/** Wraps a file system; the real one by default. */
export class FaultFs {
  readonly calls: DiskCall[] = [];
  readonly fileSystem: FileSystem;
  /** Most bytes that one `write` or `writev` takes; null: all. */
  shortWriteBytes: number | null = null;
  /** Answered instead of the real free space. */
  freeBytes: bigint | null = null;
  private readonly faults: { fault: DiskFault; seen: number }[] = [];
  private readonly hooks: { operation: DiskOperation; run: (path: string) => unknown; path: string }[] = [];

  constructor(private readonly inner: FileSystem = nodeFileSystem) {
    this.fileSystem = this.wrap();
  }

  fail(fault: DiskFault): this {
    this.faults.push({ fault, seen: 0 });
    return this;
  }

  /** Forgets every fault, as a disk that has room again. */
  clearFaults(): void {
    this.faults.length = 0;
    this.shortWriteBytes = null;
  }

  /** Runs something once, right before the first matching call: the other side of a race. */
  before(operation: DiskOperation, run: (path: string) => unknown, path = ''): this {
    this.hooks.push({ operation, run, path });
    return this;
  }

  count(operation: DiskOperation): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  private async enter(operation: DiskOperation, path: string): Promise<void> {
    this.calls.push({ operation, path });
    const index = this.hooks.findIndex((hook) => hook.operation === operation && path.includes(hook.path));
    if (index >= 0) await this.hooks.splice(index, 1)[0]?.run(path);
    for (const entry of this.faults) {
      const { fault } = entry;
      if (fault.operation !== operation || !path.includes(fault.path ?? '')) continue;
      entry.seen += 1;
      if (entry.seen >= fault.nth && entry.seen < fault.nth + (fault.times ?? 1)) throw errnoError(fault.errno, path);
    }
  }

  private wrap(): FileSystem {
    const wrapped = Object.entries(this.inner).map(([name, call]) => [
      name,
      async (path: string, ...rest: unknown[]) => {
        await this.enter(name as DiskOperation, path);
        const result: unknown = await (call as (...args: unknown[]) => Promise<unknown>)(path, ...rest);
        if (name === 'open') return this.wrapHandle(result as FileHandle, path);
        if (name === 'statfs' && this.freeBytes !== null) return this.limitFree(result as BigIntStatsFs);
        return result;
      },
    ]);
    const port: unknown = Object.fromEntries(wrapped);
    return port as FileSystem;
  }

  private limitFree(stats: BigIntStatsFs): BigIntStatsFs {
    return { ...stats, bsize: 1n, bavail: this.freeBytes ?? 0n };
  }

  private wrapHandle(handle: FileHandle, path: string): FileHandle {
    const wrapped = Object.entries(handle).map(([name, call]) => [
      name,
      async (...args: unknown[]) => {
        await this.enter(`handle.${name as keyof FileHandle}`, path);
        const shortened = this.shortWriteBytes === null ? args : shorten(name, args, this.shortWriteBytes);
        return (call as (...given: unknown[]) => Promise<unknown>)(...shortened);
      },
    ]);
    const port: unknown = Object.fromEntries(wrapped);
    return port as FileHandle;
  }
}

/** An error as node's fs raises it. */
export function errnoError(errno: string, path: string): Error {
  return Object.assign(new Error(`${errno}: made to fail, '${path}'`), { code: errno, path });
}

function shorten(name: string, args: unknown[], mostBytes: number): unknown[] {
  if (name === 'write') return [args[0], args[1], Math.min(Number(args[2]), mostBytes), args[3]];
  if (name !== 'writev') return args;
  let leftBytes = mostBytes;
  const buffers = (args[0] as Buffer[]).map((buffer) => {
    const taken = buffer.subarray(0, leftBytes);
    leftBytes -= taken.length;
    return taken;
  });
  return [buffers.filter(({ length }) => length > 0), args[1]];
}
