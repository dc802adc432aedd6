import assert from 'node:assert/strict';
import { SyncProgress, type SyncSnapshot } from '../../../src/cli/syncProgress';
import { formatSummary, formatSyncDisplay, formatSyncLine } from '../../../src/cli/syncText';
import { makeResult } from './fakeSurroundings';

const files = [
  { id: '0', name: 'a.bin', sizeBytes: 1000 },
  { id: '1', name: 'b.bin', sizeBytes: null },
];

const start = (id: string, totalBytes: number | null, resumedBytes = 0) =>
  ({ type: 'started', id, name: 'x', key: 'k', totalBytes, resumedBytes }) as const;
const progress = (id: string, receivedBytes: number, totalBytes: number | null) =>
  ({ type: 'progress', id, receivedBytes, totalBytes, bytesPerSecond: 10, connections: 1 }) as const;
const done = (id: string, bytes: number) => ({ type: 'done', id, result: makeResult({ bytes }) }) as const;
const failed = (id: string) =>
  ({ type: 'failed', id, error: { code: 'httpStatus', message: 'No.', details: {} } }) as const;

describe('SyncProgress', () => {
  it('knows the total only once every size is known, and never forgets one', () => {
    const sync = new SyncProgress(files, 0);
    assert.equal(sync.snapshot.totalBytes, null);
    sync.handle(start('1', 500), 100);
    assert.equal(sync.snapshot.totalBytes, 1500);
    sync.handle(progress('1', 10, null), 200);
    assert.equal(sync.snapshot.totalBytes, 1500);
  });

  it('takes the size that came for the one that was listed', () => {
    const sync = new SyncProgress(files, 0);
    sync.handle(start('1', null), 0);
    sync.handle(done('1', 70), 100);
    assert.equal(sync.snapshot.totalBytes, 1070);
    assert.equal(sync.snapshot.receivedBytes, 70);
  });

  it('adds up running, finished and failed files, and what was kept from before', () => {
    const sync = new SyncProgress(files, 0);
    sync.handle(start('0', 1000, 300), 0);
    sync.handle(progress('0', 400, 1000), 50);
    sync.handle(start('1', 500), 60);
    sync.handle(done('1', 500), 100);
    assert.deepEqual(
      sync.snapshot.running.map(({ name, receivedBytes, totalBytes }) => [name, receivedBytes, totalBytes]),
      [['a.bin', 400, 1000]],
    );
    assert.equal(sync.snapshot.receivedBytes, 900);
    sync.handle(failed('0'), 200);
    const { finishedFiles, failedFiles, totalFiles, running } = sync.snapshot;
    assert.deepEqual([finishedFiles, failedFiles, totalFiles, running.length], [2, 1, 2, 0]);
  });

  it('measures the speed of all files together', () => {
    const sync = new SyncProgress(files, 0);
    sync.handle(start('0', 1000), 0);
    sync.handle(done('0', 1000), 500);
    assert.equal(sync.snapshot.bytesPerSecond, 2000);
  });
});

const snapshot: SyncSnapshot = {
  finishedFiles: 312,
  failedFiles: 0,
  totalFiles: 1000,
  receivedBytes: 45_000_000,
  totalBytes: 1_200_000_000,
  bytesPerSecond: 12_000_000,
  running: [
    { name: 'small.bin', receivedBytes: 1, totalBytes: 10, bytesPerSecond: 5, connections: 1 },
    { name: 'large.bin', receivedBytes: 1_000_000, totalBytes: 2_000_000, bytesPerSecond: 5, connections: 4 },
  ],
};

describe('formatSyncLine', () => {
  it('says what is done, what is left, and how fast it goes', () => {
    assert.equal(formatSyncLine(snapshot), '312 of 1000 files, 45 MB of 1.2 GB (3 %), 12 MB/s, 1:37 left');
  });

  it('A39 says no percent and no time where a size is unknown', () => {
    const line = formatSyncLine({ ...snapshot, totalBytes: null, failedFiles: 2 });
    assert.equal(line, '312 of 1000 files, 45 MB, 12 MB/s, 2 failed');
  });
});

describe('formatSyncDisplay', () => {
  it('shows the largest running files below, each line narrower than the terminal', () => {
    for (const columns of [1, 20, 40, 80, 200]) {
      const lines = formatSyncDisplay(snapshot, columns);
      assert.ok(
        lines.every((line) => line.length < Math.max(columns, 1)),
        `${columns} columns`,
      );
    }
    const [, first, second] = formatSyncDisplay(snapshot, 120);
    assert.match(first!, /^ {2}large\.bin {2}\[=/);
    assert.match(second!, /^ {2}small\.bin/);
  });

  it('D07 shows no more than a few of many', () => {
    const running = Array.from({ length: 50 }, (_, index) => ({ ...snapshot.running[0]!, name: `${index}` }));
    assert.equal(formatSyncDisplay({ ...snapshot, running }, 80).length, 7);
  });
});

describe('formatSummary', () => {
  const counts = { fetch: 0, upToDate: 0, unpinned: 0, modified: 0, conflict: 0, skippedPlatform: 0, refused: 0 };
  const nothing = {
    counts,
    fetched: 0,
    failed: 0,
    unfinished: 0,
    keptBytes: 0,
    fetchedBytes: 0,
    seconds: 0,
    unpinned: [],
  };

  it('counts what was done and what was not', () => {
    const summary = { ...nothing, counts: { ...counts, fetch: 9, upToDate: 3 }, fetched: 8, failed: 1 };
    assert.deepEqual(formatSummary({ ...summary, fetchedBytes: 1_200_000_000, seconds: 4.1 }), [
      '12 assets: 8 fetched (1.2 GB in 4.1 s), 3 up to date, 1 failed.',
    ]);
  });

  it('counts what an interrupt left apart from what failed', () => {
    const summary = { ...nothing, counts: { ...counts, fetch: 41 }, fetched: 1, unfinished: 40, keptBytes: 5_000_000 };
    assert.deepEqual(formatSummary(summary), [
      '41 assets: 1 fetched (0 B in 0.0 s), 40 unfinished.',
      'Interrupted: 40 unfinished, 5 MB kept; the same command resumes.',
    ]);
  });

  it('says of a refused list that nothing was fetched', () => {
    const [, second] = formatSummary({ ...nothing, counts: { ...counts, fetch: 3, refused: 1 } });
    assert.match(second!, /^Nothing was fetched/);
  });

  it('is content with an empty list', () => {
    assert.deepEqual(formatSummary(nothing), ['0 assets: nothing to do.']);
  });

  it('names a few of many files without a hash', () => {
    const unpinned = Array.from({ length: 8 }, (_, index) => `f${index}`);
    assert.match(formatSummary({ ...nothing, unpinned })[1]!, /f0, f1, f2, f3, f4 and 3 more/);
  });
});
