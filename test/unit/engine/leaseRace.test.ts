import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';
import { RunningProcess, type ProcessResult } from '../../support/processes';
import { TempFolder } from '../../support/tempFolder';

const PROCESSES = 4;
const ROUNDS_EACH = 100;
/** Rounds in which every process ends, killed or not, before the next ones start. */
const KILL_GENERATIONS = 6;

describe('lease between processes', function () {
  this.timeout(60_000);
  let temp: TempFolder;
  let racer: string;

  before(async () => {
    temp = await TempFolder.make('race');
    racer = temp.at('racer.cjs');
    await build({
      entryPoints: ['test/support/fixtures/leaseRacer.ts'],
      ...{ bundle: true, platform: 'node', target: 'node20', outfile: racer, logLevel: 'error' },
    });
  });
  after(() => temp.dispose());

  function race(dir: string, rounds: number, deathPercent: number, firstSeed: number): Promise<ProcessResult[]> {
    const seeds = Array.from({ length: PROCESSES }, (_, index) => firstSeed + index);
    const start = (seed: number): RunningProcess =>
      new RunningProcess(
        spawn(process.execPath, [racer, dir, ...[rounds, deathPercent, seed].map(String)], {
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
    return Promise.all(seeds.map((seed) => start(seed).finished));
  }

  const events = (results: readonly ProcessResult[], name: string): number =>
    results.flatMap((result) => result.events).filter(({ event }) => event === name).length;

  it(`B27 never has two holders in ${PROCESSES * ROUNDS_EACH} rounds of ${PROCESSES} processes`, async () => {
    const dir = temp.at('calm');
    mkdirSync(dir);
    const results = await race(dir, ROUNDS_EACH, 0, 1);
    const stderr = results.map((result) => result.stderr).join('');
    assert.equal(events(results, 'violation'), 0);
    assert.equal(events(results, 'round'), PROCESSES * ROUNDS_EACH, stderr);
    assert.equal(events(results, 'end'), PROCESSES, stderr);
  });

  it('B27 B28 never has two holders where holders are killed -9 all the time', async () => {
    const dir = temp.at('deadly');
    mkdirSync(dir);
    let killed = 0;
    let rounds = 0;
    for (let generation = 0; generation < KILL_GENERATIONS; generation += 1) {
      const results = await race(dir, 30, 10, 1 + generation * PROCESSES);
      assert.equal(events(results, 'violation'), 0);
      for (const { signal, stderr, events: seen } of results) {
        assert.ok(signal === 'SIGKILL' || seen.at(-1)?.event === 'end', stderr);
      }
      killed += results.filter(({ signal }) => signal === 'SIGKILL').length;
      rounds += events(results, 'round');
    }
    assert.ok(killed >= KILL_GENERATIONS, `${killed} kills in ${rounds} rounds`);
  });
});
