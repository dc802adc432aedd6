// The words above entries of an asset list.
import assert from 'node:assert/strict';
import {
  actionsFor,
  describeEntryState,
  describeListState,
  type EntryFacts,
} from '../../../../src/editor/assetList/entryState';
import { english } from '../plainLocalizer';

const facts = (some: Partial<EntryFacts>): EntryFacts => ({
  action: 'upToDate',
  disk: { type: 'file', bytes: 3, content: 'wanted' },
  running: null,
  isPinned: true,
  ...some,
});
const stateOf = (some: Partial<EntryFacts>): string =>
  describeEntryState(facts(some), english).replace(/^\$\([\w~-]+\)\u00a0/, '');

describe('the state of an entry', () => {
  it('is present only where a strong hash proved it', () => {
    assert.equal(stateOf({}), 'present');
    assert.equal(stateOf({ isPinned: false }), 'present, no strong hash');
    assert.equal(stateOf({ action: 'unpinned', isPinned: false }), 'present, no strong hash');
  });

  it('tells missing, outdated and modified files apart', () => {
    assert.equal(stateOf({ action: 'fetch', disk: { type: 'missing' } }), 'missing');
    assert.equal(stateOf({ action: 'fetch', disk: { type: 'file', bytes: 3, content: 'ours' } }), 'outdated');
    assert.equal(stateOf({ action: 'modified', disk: { type: 'file', bytes: 3, content: 'unknown' } }), 'modified');
  });

  it('shows whole percent while it is fetched, and none where the size is unknown', () => {
    assert.equal(stateOf({ running: { receivedBytes: 43, totalBytes: 100 } }), 'downloading 43 %');
    assert.equal(stateOf({ running: { receivedBytes: 43, totalBytes: null } }), 'downloading');
  });
});

describe('what can be done about an entry', () => {
  it('is to fetch what is missing, and to open only what is there', () => {
    assert.deepEqual(actionsFor(facts({ action: 'fetch', disk: { type: 'missing' } })), ['fetch']);
    assert.deepEqual(actionsFor(facts({})), ['verify', 'open']);
    assert.deepEqual(actionsFor(facts({ action: 'modified' })), ['fetch', 'verify', 'open']);
  });

  it('is nothing while it is fetched, and where the folder would be left', () => {
    assert.deepEqual(actionsFor(facts({ running: { receivedBytes: 1, totalBytes: 2 } })), []);
    assert.deepEqual(actionsFor(facts({ action: 'refused' })), []);
  });
});

describe('the state of a list', () => {
  it('counts entries by what they need', () => {
    assert.equal(
      describeListState(['upToDate', 'fetch', 'fetch', 'modified', 'skippedPlatform'], english),
      '5 assets: 1 present, 2 to fetch, 1 modified, 1 for other platforms',
    );
    assert.equal(describeListState(['unpinned'], english), '1 asset: 1 present');
  });
});
