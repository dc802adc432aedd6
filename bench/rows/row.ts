// What a row of the benchmark is given and what it gives back.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { medianOf, type Contender, type ContenderResult, type Metric } from '../sideBySide';
import type { BenchServer } from '../server';

/** Everything a row needs. Sizes are smaller in a quick run. */
export interface BenchContext {
  readonly isQuick: boolean;
  /** Pairs, that is runs of each contender. */
  readonly rounds: number;
  /** Folder for outputs and state, on the measured file system. */
  readonly folder: string;
  readonly server: BenchServer;
  readonly tlsServer: BenchServer;
  /** The file of most rows: 1 GiB, or less in a quick run. */
  readonly bigFile: ServedFile;
}

export interface ServedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A target of BENCH.md: asset-fetch's median against a peer's, or any other figure. */
export interface Comparison {
  readonly text: string;
  /** What was found; null where it could not be measured. */
  readonly found: number | null;
  /** Largest figure that meets the target. */
  readonly target: number;
  readonly unit: '×' | 's' | 'MB' | 'KB' | 'ms';
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly contenders: readonly ContenderResult[];
  readonly comparisons: readonly Comparison[];
  readonly notes: readonly string[];
}

export type Row = { readonly id: string; run(context: BenchContext): Promise<RowResult> };

export const MEBIBYTE = 1 << 20;

/** A contender that fetches one file to `outputPath`, whose bytes are checked after every run. */
export function fileContender(
  name: string,
  command: readonly string[],
  result: { readonly outputPath: string; readonly sha256: string; readonly leftovers?: readonly string[] },
): Contender {
  const leftovers = [result.outputPath, `${result.outputPath}.aria2`, ...(result.leftovers ?? [])];
  const cleanUp = async (): Promise<void> => {
    for (const path of leftovers) await rm(path, { recursive: true, force: true });
  };
  return {
    name,
    prepare: async () => {
      await cleanUp();
      return command;
    },
    check: () => checkFile(result.outputPath, result.sha256, name),
    cleanUp,
  };
}

export async function checkFile(path: string, sha256: string, by: string): Promise<void> {
  const found = await hashFile(path).catch((error: unknown) => String(error));
  if (found !== sha256) throw new Error(`${by} left wrong bytes in ${path}: ${found} instead of ${sha256}`);
}

/** SHA-256 of a file, lower-case hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: MEBIBYTE })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** asset-fetch's median over the peer's. */
export function compare(
  contenders: readonly ContenderResult[],
  metric: Metric,
  [ours, theirs]: readonly [string, string],
  target: number,
): Comparison {
  const figure = (name: string): number | null => {
    const result = contenders.find((contender) => contender.name === name);
    return result === undefined ? null : medianOf(result, metric);
  };
  const [a, b] = [figure(ours), figure(theirs)];
  const what = metric === 'wallSeconds' ? 'wall' : metric === 'cpuSeconds' ? 'CPU' : 'peak memory';
  return { text: `${what}: ${ours} / ${theirs}`, found: a === null || b === null ? null : a / b, target, unit: '×' };
}
