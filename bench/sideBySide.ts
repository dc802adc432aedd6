// Runs contenders in turn, A B A B, so that whatever else the machine does befalls all of them alike.
import { measureCommand, type Sample } from './measure';

/** One way to do the same job. */
export interface Contender {
  readonly name: string;
  /** Puts everything as before a first run (removes outputs and state) and says what to run. Not measured. */
  prepare(): Promise<readonly string[]>;
  /** Throws unless the result is byte for byte what it must be. Not measured. */
  check(stdout: string): Promise<void>;
  /** Removes the result. Not measured. */
  cleanUp(): Promise<void>;
  /** Runs at most so often, for what takes long and varies little. */
  readonly maxRuns?: number;
}

export interface ContenderResult {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** Runs every contender `rounds` times, one of each a round. A failure or a wrong byte ends the benchmark. */
export async function runSideBySide(contenders: readonly Contender[], rounds: number): Promise<ContenderResult[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      if (round >= (contender.maxRuns ?? rounds)) continue;
      samples[index]?.push(await runOnce(contender));
    }
  }
  return contenders.map(({ name }, index) => ({ name, samples: samples[index] ?? [] }));
}

async function runOnce(contender: Contender): Promise<Sample> {
  const command = await contender.prepare();
  const { sample, stdout } = await measureCommand(command);
  await contender.check(stdout);
  await contender.cleanUp();
  return sample;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export type Metric = 'wallSeconds' | 'cpuSeconds' | 'peakBytes';

/** Median of what is known; null where nothing is. */
export function medianOf({ samples }: ContenderResult, metric: Metric): number | null {
  const known = samples.map((sample) => sample[metric]).filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}
