// Runs chains of kills, several at once, until enough kills have happened.
import { performance } from 'node:perf_hooks';
import { FaultServer } from '../support/faultServer';
import { makeRandom } from '../support/random';
import { TempFolder } from '../support/tempFolder';
import { drawChain, KillChain } from './killChain';
import { makeFigures, type KillFigures } from './killFigures';

/** How much to do, and from which seed. */
export interface KillChoices {
  readonly seed: number;
  /** Kills to reach. */
  readonly trials: number;
  /** Chains at once. */
  readonly parallel: number;
}

/** Runs chains until enough kills have happened. Throws, naming the seed to replay, at the first broken promise. */
export async function runKillTrials({ seed, trials, parallel }: KillChoices): Promise<KillFigures> {
  const startMs = performance.now();
  const figures = makeFigures();
  let nextChain = 0;
  const work = async (): Promise<void> => {
    while (figures.kills < trials) {
      const chainSeed = seed + nextChain++;
      await runChain(chainSeed, figures).catch((error: unknown) => {
        throw new Error(`chain failed; replay it with ASSET_FETCH_SEED=${chainSeed}`, { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  figures.seconds = (performance.now() - startMs) / 1000;
  return figures;
}

async function runChain(seed: number, figures: KillFigures): Promise<void> {
  const random = makeRandom(seed);
  const chain = drawChain(random);
  const server = await FaultServer.start();
  const folder = await TempFolder.make('kill');
  try {
    await new KillChain(chain, server, folder, random, figures).run();
  } finally {
    await server.close();
    await folder.dispose();
  }
}
