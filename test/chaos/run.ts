// `npm run test:chaos [-- TRIALS]`: kill -9 trials by the thousand, with figures. ASSET_FETCH_SEED replays a run.
import { chooseSeed } from '../support/random';
import { formatFigures } from './killFigures';
import { runKillTrials } from './killTrials';

const TRIALS = 10_000;
const BATCH = 500;
const PARALLEL = 12;

async function main(): Promise<void> {
  const trials = Number(process.argv[2] ?? TRIALS);
  const seed = chooseSeed();
  for (let done = 0; done < trials;) {
    const batchSeed = seed + done * 1000;
    const figures = await runKillTrials({
      seed: batchSeed,
      trials: Math.min(BATCH, trials - done),
      parallel: PARALLEL,
    });
    done += figures.kills;
    console.log(`${formatFigures(figures, batchSeed)}\n${done} of ${trials} kills\n`);
  }
}

void main();
