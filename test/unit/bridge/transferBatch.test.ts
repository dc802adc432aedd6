import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FetchErrorCode } from '../../../src/assets/fetchError';
import { makeRequest, type FetchResult } from '../../../src/assets/request';
import type { TransferEvent } from '../../../src/bridge/protocol';
import { TransferBatch, type BatchJob, type TransferPort } from '../../../src/bridge/transferBatch';

const request = makeRequest({ urls: ['https://example.test/a'], root: '/work', path: 'a' });
const result: FetchResult = {
  path: '/work/a',
  bytes: 1,
  sha256: '00',
  verifiedBy: 'size',
  seconds: 1,
  fetchedBytes: 1,
  resumedBytes: 0,
  connections: 1,
};

const done = (id: string): TransferEvent => ({ type: 'done', id, result });
const failed = (id: string, code: FetchErrorCode): TransferEvent => ({
  type: 'failed',
  id,
  error: { code, message: 'It broke.', details: {} },
});

const jobsFor = (count: number): BatchJob[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${index}`, request }));

/** A port that remembers what runs; tests end transfers themselves. */
class RecordingPort implements TransferPort {
  readonly started: string[] = [];
  readonly running = new Set<string>();
  mostRunning = 0;
  batch: TransferBatch | null = null;

  start(id: string): void {
    this.started.push(id);
    this.running.add(id);
    this.mostRunning = Math.max(this.mostRunning, this.running.size);
  }

  cancel(id: string): void {
    this.end(failed(id, 'cancelled'));
  }

  end(event: TransferEvent): void {
    this.running.delete(event.id);
    this.batch?.handle(event);
  }
}

describe('TransferBatch', () => {
  function start(count: number, atOnce: number) {
    const port = new RecordingPort();
    const batch = new TransferBatch(port, jobsFor(count), { atOnce });
    port.batch = batch;
    return { port, batch, finished: batch.run() };
  }

  it('is over at once where there is nothing to do', async () => {
    assert.equal((await start(0, 4).finished).size, 0);
  });

  it('D02 runs every job once, never more at once than allowed, whatever order they end in', async () => {
    const script = fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 9 }),
        script,
        async (count, atOnce, ends) => {
          const { port, finished } = start(count, atOnce);
          for (const [which, isGood] of ends.slice(0, count)) {
            const id = [...port.running][which % port.running.size]!;
            port.end(isGood ? done(id) : failed(id, 'httpStatus'));
          }
          const outcomes = await finished;
          assert.deepEqual(
            [...port.started].sort(),
            jobsFor(count)
              .map(({ id }) => id)
              .sort(),
          );
          assert.equal(outcomes.size, count);
          assert.ok(port.mostRunning <= atOnce);
          const good = ends.slice(0, count).filter(([, isGood]) => isGood).length;
          assert.equal([...outcomes.values()].filter(({ type }) => type === 'done').length, good);
        },
      ),
    );
  });

  it('goes on where the port reports an end while a transfer is being started', async () => {
    const port: TransferPort = { start: (id) => batch.handle(failed(id, 'httpStatus')), cancel: () => undefined };
    const batch = new TransferBatch(port, jobsFor(20_000), { atOnce: 2 });
    assert.equal((await batch.run()).size, 20_000);
  });

  it('D02 cancels what runs and starts nothing more', async () => {
    const { port, batch, finished } = start(10_000, 3);
    port.end(done('0'));
    batch.cancel();
    const outcomes = await finished;
    assert.deepEqual(port.started, ['0', '1', '2', '3']);
    assert.equal(outcomes.get('0')?.type, 'done');
    const codes = [...outcomes.values()].map((outcome) => (outcome.type === 'failed' ? outcome.error.code : 'done'));
    assert.equal(codes.filter((code) => code === 'cancelled').length, 9_999);
  });

  it('tells of jobs that never started', async () => {
    const port = new RecordingPort();
    const skipped: string[] = [];
    const onSkipped = (id: string) => skipped.push(id);
    const batch = new TransferBatch(port, jobsFor(3), { atOnce: 1, onSkipped });
    port.batch = batch;
    const finished = batch.run();
    batch.cancel();
    await finished;
    assert.deepEqual(skipped, ['1', '2']);
  });

  it('gives up on a host that several files in a row could not reach, and on no other', async () => {
    const port = new RecordingPort();
    const from = (id: string, ...hosts: string[]): BatchJob => ({
      id,
      request: { ...request, urls: hosts.map((host) => `https://${host}/f`) },
    });
    const dead = ['0', '1', '2', '3', '4'].map((id) => from(id, 'dead.test'));
    const batch = new TransferBatch(port, [...dead, from('5', 'dead.test', 'live.test'), from('6', 'live.test')], {
      atOnce: 1,
    });
    port.batch = batch;
    const finished = batch.run();
    for (const id of ['0', '1', '2']) port.end(failed(id, 'connectFailed'));
    for (const id of ['5', '6']) port.end(done(id));
    const outcomes = await finished;
    assert.deepEqual(port.started, ['0', '1', '2', '5', '6']);
    const outcome = outcomes.get('4');
    assert.ok(outcome?.type === 'failed');
    assert.equal(outcome.error.details.host, 'dead.test');
  });

  it('does not give up on a host that answers, whatever it answers', async () => {
    const { port, finished } = start(6, 1);
    for (const id of ['0', '1']) port.end(failed(id, 'connectFailed'));
    port.end(failed('2', 'httpStatus'));
    for (const id of ['3', '4']) port.end(failed(id, 'timedOut'));
    port.end(done('5'));
    await finished;
    assert.equal(port.started.length, 6);
  });

  it('ignores events of other transfers, and a second end of the same', async () => {
    const { port, batch, finished } = start(1, 1);
    batch.handle(done('other'));
    port.end(done('0'));
    batch.handle(failed('0', 'httpStatus'));
    const outcomes = await finished;
    assert.deepEqual([...outcomes.keys()], ['0']);
    assert.equal(outcomes.get('0')?.type, 'done');
  });
});
