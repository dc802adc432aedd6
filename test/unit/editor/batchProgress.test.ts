// Several transfers in one line.
import assert from 'node:assert/strict';
import type { TransferEvent } from '../../../src/bridge/protocol';
import { BatchProgress } from '../../../src/editor/batchProgress';
import { english } from './plainLocalizer';

function progress(receivedBytes: number, totalBytes: number | null, bytesPerSecond = 0): TransferEvent {
  return { type: 'progress', id: '1', receivedBytes, totalBytes, bytesPerSecond, connections: 1 };
}

const failed: TransferEvent = { type: 'failed', id: '1', error: { code: 'timedOut', message: '', details: {} } };

describe('BatchProgress', () => {
  it('knows the total from the start where every size is expected', () => {
    const batch = new BatchProgress([1_000_000, 2_000_000]);
    batch.handle(0, progress(500_000, 1_000_000, 100_000));
    assert.equal(batch.totalBytes, 3_000_000);
    assert.equal(batch.describe(english), '0 of 2 files, 500 kB of 3 MB, 100 kB/s');
  });

  it('claims no total while a size is unknown', () => {
    const batch = new BatchProgress([1_000_000, null]);
    assert.equal(batch.totalBytes, null);
    batch.handle(1, progress(10, 20));
    assert.equal(batch.totalBytes, 1_000_020);
  });

  it('counts files that ended, failed ones too, whose bytes come in no more', () => {
    const batch = new BatchProgress([1000, 1000]);
    batch.handle(0, progress(400, 1000, 50));
    batch.handle(0, failed);
    assert.equal(batch.describe(english), '1 of 2 files, 400 B of 2 kB');
  });

  it('says nothing of counts for one file', () => {
    const batch = new BatchProgress([1000]);
    batch.handle(0, progress(400, 1000));
    assert.equal(batch.describe(english), '400 B of 1 kB');
  });
});
