// B23 in small, for every `npm test`. `npm run test:chaos` does the same ten thousand times.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { chooseSeed } from '../support/random';
import { formatFigures } from './killFigures';
import { runKillTrials } from './killTrials';

const TRIALS = 300;
const PARALLEL = 12;

describe('kill -9 at random instants', function () {
  this.timeout(300_000);

  it(`B23 leaves nothing half-done over ${TRIALS} kills, and every file is finished afterwards`, async () => {
    const seed = chooseSeed();
    const figures = await runKillTrials({ seed, trials: TRIALS, parallel: PARALLEL });
    console.log(formatFigures(figures, seed).replace(/^/gm, '      '));
    assert.ok(figures.journalsChecked > 0, 'some kills must fall into a transfer');
  });
});
