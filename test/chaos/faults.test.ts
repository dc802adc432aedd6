// The invariants under random faults, in one process: a file size, a connection limit, a schedule of faults and interruptions.
// Kills by SIGKILL are kill.test.ts's; the event loop (I8) is watched by the benchmark's row P5.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { fetchErrorCodes } from '../../src/assets/fetchError';
import { assertBody, bodySha256 } from '../support/body';
import { assertNoCanary } from '../support/canary';
import { EngineUnderTest, type Outcome } from '../support/engineUnderTest';
import { fromRequest } from '../support/faults';
import { FaultServer } from '../support/faultServer';
import { chooseSeed } from '../support/random';
import { describeObject, FIRST_SEED, scenario, SECOND_SEED, type Scenario } from './scenario';

const RUNS = Number(process.env['ASSET_FETCH_RUNS'] ?? 150);
const CANARY = 'canary-81d0c3b5aa';
const OLD_BYTES = Buffer.from('what was here before');
const SEEDS = [FIRST_SEED, SECOND_SEED];

describe('random faults', function () {
  this.timeout(600_000);

  it(`I1 to I7 hold over ${RUNS} random schedules, and what can be fetched is fetched`, async () => {
    const seed = chooseSeed();
    console.log(`      seed ${seed}: replay with ASSET_FETCH_SEED=${seed}`);
    const property = fc.asyncProperty(scenario, runScenario);
    await fc.assert(property, { seed, numRuns: RUNS, endOnFailure: false, interruptAfterTimeLimit: 500_000 });
  });
});

async function runScenario(drawn: Scenario): Promise<void> {
  const server = await FaultServer.start();
  const engine = await EngineUnderTest.start({
    config: { connectionsPerFile: drawn.connections, idleTimeoutMs: 5_000 },
  });
  try {
    prepareServer(server, drawn);
    if (drawn.hasOldFile) await writeFile(engine.folder.at('root', 'out.bin'), OLD_BYTES);
    for (const requests of drawn.interruptions) {
      if (await runInterrupted(engine, server, drawn, requests)) return;
    }
    checkEnd(engine, drawn, await begin(engine, server, drawn).outcome, true);
  } finally {
    await engine.dispose();
    await server.close();
  }
}

function prepareServer(server: FaultServer, drawn: Scenario): void {
  server.serve('/a', describeObject(drawn, FIRST_SEED));
  server.fault('/a', 'all', { bytesPerSecond: 64 << 20 });
  if (drawn.changesAtRequest !== null) {
    server.fault('/a', fromRequest(drawn.changesAtRequest), { object: describeObject(drawn, SECOND_SEED) });
  }
  drawn.faults.forEach((fault, index) => server.fault('/a', index, fault));
}

function begin(engine: EngineUnderTest, server: FaultServer, drawn: Scenario): ReturnType<EngineUnderTest['begin']> {
  const digestHex = bodySha256(FIRST_SEED, drawn.sizeBytes);
  return engine.begin(`${server.origin}/a?token=${CANARY}`, {
    overwrite: 'replace',
    integrity: drawn.hasIntegrity ? [{ algorithm: 'sha256', digestHex }] : [],
  });
}

/** A session that is cancelled, its engine restarted. Returns whether the transfer had come to its end before. */
async function runInterrupted(
  engine: EngineUnderTest,
  server: FaultServer,
  drawn: Scenario,
  requests: number,
): Promise<boolean> {
  const target = server.requests.length + requests;
  const running = begin(engine, server, drawn);
  const isReached = server.waitUntil(() => server.requests.length >= target);
  await Promise.race([isReached, running.outcome]);
  engine.cancel(running.id);
  const outcome = await running.outcome;
  checkEnd(engine, drawn, outcome, false);
  await engine.restart();
  return outcome.type === 'done';
}

function checkEnd(engine: EngineUnderTest, drawn: Scenario, outcome: Outcome, isLast: boolean): void {
  if (outcome.type === 'done') checkDone(drawn, outcome);
  else checkFailed(engine, drawn, outcome, isLast);
  const visible = engine.listRoot();
  assert.ok(
    visible.every((name) => name === 'out.bin'),
    `I6: ${visible.join(', ')}`,
  );
  assertNoCanary(CANARY, { folders: [engine.folder.path], texts: { messages: engine.messages } });
}

function checkDone(drawn: Scenario, outcome: Extract<Outcome, { type: 'done' }>): void {
  const { bytes, result } = outcome;
  assert.equal(bytes.length, drawn.sizeBytes, 'I3: size of a finished file');
  const isFirst = result.sha256 === bodySha256(FIRST_SEED, drawn.sizeBytes);
  assertBody(bytes, isFirst ? FIRST_SEED : SECOND_SEED, 0, SEEDS);
  if (drawn.hasIntegrity) assert.deepEqual([isFirst, result.verifiedBy], [true, 'sha256'], 'I3');
  else assert.ok(['size', 'none'].includes(result.verifiedBy), `I3: ${result.verifiedBy}`);
}

function checkFailed(
  engine: EngineUnderTest,
  drawn: Scenario,
  { error }: Extract<Outcome, { type: 'failed' }>,
  isLast: boolean,
): void {
  const destination = engine.folder.at('root', 'out.bin');
  if (drawn.hasOldFile) assert.deepEqual(readFileSync(destination), OLD_BYTES, 'I4');
  else assert.ok(!existsSync(destination), 'I1');
  assert.ok((fetchErrorCodes as readonly string[]).includes(error.code), 'I5');
  assert.notEqual(error.code, 'engineCrashed', error.message);
  if (isLast) assertMayFail(drawn, error.code, error.message);
}

/** Each fault befalls one request only, so the last session must succeed, but where what is served is not what was asked for. */
function assertMayFail(drawn: Scenario, code: string, message: string): void {
  const isOtherObject = drawn.changesAtRequest !== null && drawn.hasIntegrity;
  const mayHaveSpentTries = drawn.faults.length >= 5;
  if (isOtherObject || mayHaveSpentTries) return;
  assert.fail(`failed with ${code}: ${message}`);
}
