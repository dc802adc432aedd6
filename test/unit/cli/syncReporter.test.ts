import assert from 'node:assert/strict';
import { parseManifest } from '../../../src/assets/manifest';
import { SyncProgress } from '../../../src/cli/syncProgress';
import { SyncReporter } from '../../../src/cli/syncReporter';
import { FakeSurroundings } from './fakeSurroundings';

describe('SyncReporter', () => {
  it('tells no progress with --json before the first answer: it would be zeros', () => {
    const surroundings = new FakeSurroundings('/work', () => undefined);
    const options = { json: true, quiet: false, command: 'sync' as const, displayFile: 'asset-fetch.json' };
    const reporter = new SyncReporter(options, surroundings);
    const entry = { path: 'a.bin', url: 'https://example.com/a' };
    const [asset] = parseManifest(JSON.stringify({ version: 1, assets: [entry] })).assets;
    assert.ok(asset);
    const progress = new SyncProgress([], 0);
    const tick = { type: 'progress', id: '1', totalBytes: 9, bytesPerSecond: 0, connections: 1 } as const;
    reporter.transfer(asset, { ...tick, receivedBytes: 0 }, progress);
    reporter.transfer(
      asset,
      { type: 'started', id: '1', name: 'a', key: 'k', totalBytes: 9, resumedBytes: 0 },
      progress,
    );
    reporter.transfer(asset, { ...tick, receivedBytes: 5 }, progress);
    const events = surroundings.stdout.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    assert.deepEqual(
      events.map(({ event }) => event),
      ['start', 'progress'],
    );
  });
});
