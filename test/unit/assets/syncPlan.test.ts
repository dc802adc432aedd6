import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Integrity } from '../../../src/assets/integrity';
import {
  countActions,
  isUnpinned,
  planSync,
  requestFor,
  type DiskState,
  type ListedAsset,
  type PlannedAction,
  type SyncChoices,
} from '../../../src/assets/syncPlan';

const strong: Integrity = { algorithm: 'sha256', digestHex: 'ab'.repeat(32) };
const weak: Integrity = { algorithm: 'md5', digestHex: 'ab'.repeat(16) };

const asset: ListedAsset = {
  path: 'models/a.bin',
  urls: ['https://example.test/a.bin'],
  integrity: [strong],
  sizeBytes: null,
  isExecutable: false,
  platforms: null,
};

const choices: SyncChoices = {
  platform: 'linux',
  arch: 'x64',
  isFrozen: false,
  overwrite: 'fail',
  allowedSensitivePaths: [],
  allowedPrivateHosts: [],
};

const missing: DiskState = { type: 'missing' };
const wanted: DiskState = { type: 'file', bytes: 10, content: 'wanted' };
const ours: DiskState = { type: 'file', bytes: 10, content: 'ours' };
const unknown: DiskState = { type: 'file', bytes: 10, content: 'unknown' };
const notRunnable: DiskState = { ...unknown, notRunnable: [{ algorithm: 'sha256', digestHex: 'cd'.repeat(32) }] };
const unreadable: DiskState = {
  type: 'unreadable',
  error: { code: 'permissionDenied', message: 'Reading it failed.', details: {} },
};
const folder: DiskState = { type: 'blocked', by: 'a folder' };

const escapes: DiskState = { type: 'escapes', through: 'models', leadsTo: 'outside' };
const disguised: DiskState = { type: 'escapes', through: 'models', leadsTo: 'sensitivePlace' };

const plan = (some: Partial<ListedAsset>, state: DiskState, chosen: Partial<SyncChoices> = {}) =>
  planSync([{ ...asset, ...some }], () => state, { ...choices, ...chosen })[0]!;

describe('planSync', () => {
  const rows: [string, Partial<ListedAsset>, DiskState, Partial<SyncChoices>, PlannedAction, boolean][] = [
    ['fetches what is missing', {}, missing, {}, 'fetch', false],
    ['leaves what holds the hash', {}, wanted, {}, 'upToDate', false],
    ['lets a file be run', { isExecutable: true }, notRunnable, {}, 'fetch', false],
    ['lets a file without a hash be run', { integrity: [] }, notRunnable, {}, 'fetch', false],
    ['leaves what it cannot read', {}, unreadable, { overwrite: 'replace' }, 'conflict', false],
    ['replaces its own older file after the list changed', {}, ours, {}, 'fetch', true],
    ['leaves what was changed by hand', {}, unknown, {}, 'modified', false],
    ['replaces what was changed by hand where told', {}, unknown, { overwrite: 'replace' }, 'fetch', true],
    ['leaves a folder', {}, folder, {}, 'conflict', false],
    ['leaves a folder even where told to replace', {}, folder, { overwrite: 'replace' }, 'conflict', false],
    ['C43 refuses a parent that leads outside', {}, escapes, { overwrite: 'replace' }, 'refused', false],
    ['C05 refuses a parent that leads into .git and the like', {}, disguised, {}, 'refused', false],
    ['skips other platforms', { platforms: ['win32-x64'] }, missing, {}, 'skippedPlatform', false],
    ['takes entries for this platform', { platforms: ['win32-x64', 'linux-x64'] }, missing, {}, 'fetch', false],
    [
      'skips other platforms before judging hashes',
      { platforms: [], integrity: [] },
      missing,
      { isFrozen: true },
      'skippedPlatform',
      false,
    ],
    ['fetches a missing entry without a hash', { integrity: [] }, missing, {}, 'fetch', false],
    ['leaves a present file without a hash', { integrity: [] }, unknown, {}, 'unpinned', false],
    ['leaves a present file of the listed size', { integrity: [], sizeBytes: 10 }, unknown, {}, 'unpinned', false],
    [
      'sees by its size alone that a file was changed',
      { integrity: [], sizeBytes: 11 },
      unknown,
      {},
      'modified',
      false,
    ],
    ['refuses an entry without a hash when frozen', { integrity: [] }, missing, { isFrozen: true }, 'refused', false],
    [
      'C36 refuses an entry with a weak hash alone when frozen',
      { integrity: [weak] },
      missing,
      { isFrozen: true },
      'refused',
      false,
    ],
    [
      'takes a weak hash beside a strong one when frozen',
      { integrity: [weak, strong] },
      missing,
      { isFrozen: true },
      'fetch',
      false,
    ],
    ['leaves a sensitive path that is up to date', { path: '.npmrc' }, wanted, { isFrozen: true }, 'upToDate', false],
    ['C05 refuses a sensitive path', { path: '.vscode/settings.json' }, missing, {}, 'refused', false],
    [
      'C05 takes a sensitive path that was consented to by name',
      { path: '.vscode/settings.json' },
      missing,
      { allowedSensitivePaths: ['.vscode/settings.json'] },
      'fetch',
      false,
    ],
  ];
  for (const [what, some, state, chosen, action, replaces] of rows) {
    it(what, () => {
      const planned = plan(some, state, chosen);
      assert.equal(planned.action, action);
      assert.equal(planned.replaces, replaces);
      assert.equal(planned.problem !== null, ['conflict', 'modified', 'refused'].includes(action));
    });
  }

  const states = fc.constantFrom(missing, wanted, ours, unknown, folder, escapes, disguised);
  const assets = fc.record({
    path: fc.constantFrom('a', 'b/c', '.git/config', '.vscode/tasks.json'),
    integrity: fc.subarray([strong, weak]),
    sizeBytes: fc.constantFrom(null, 10, 11),
    platforms: fc.constantFrom(null, ['linux-x64'], ['darwin-arm64']),
  });
  const anyChoices = fc.record({
    isFrozen: fc.boolean(),
    overwrite: fc.constantFrom('fail' as const, 'replace' as const),
  });

  it('never replaces bytes that it does not know without being told', () => {
    fc.assert(
      fc.property(assets, states, anyChoices, (some, state, chosen) => {
        const { action, replaces } = plan(some, state, chosen);
        if (action === 'fetch' && state === unknown) assert.equal(chosen.overwrite, 'replace');
        if (replaces) assert.ok(state === ours || (state === unknown && chosen.overwrite === 'replace'));
        if (action === 'fetch') assert.equal(replaces, state !== missing);
      }),
    );
  });

  it('fetches nothing without a strong hash when frozen, and nothing to a sensitive place unasked', () => {
    fc.assert(
      fc.property(assets, states, anyChoices, (some, state, chosen) => {
        const { action } = plan(some, state, chosen);
        if (action !== 'fetch') return;
        assert.ok(!chosen.isFrozen || !isUnpinned(some));
        assert.doesNotMatch(some.path, /^\./);
      }),
    );
  });

  it('plans every entry once, in order, and asks the disk for none that a frozen list refuses', () => {
    const listed = [
      { ...asset, path: 'a' },
      { ...asset, path: 'unpinned', integrity: [] },
      { ...asset, path: 'b' },
    ];
    const asked: string[] = [];
    const planned = planSync(listed, ({ path }) => (asked.push(path), missing), { ...choices, isFrozen: true });
    assert.deepEqual(
      planned.map(({ asset: { path }, action }) => [path, action]),
      [
        ['a', 'fetch'],
        ['unpinned', 'refused'],
        ['b', 'fetch'],
      ],
    );
    assert.deepEqual(asked, ['a', 'b']);
    assert.equal(countActions(planned).fetch, 2);
  });
});

describe('requestFor', () => {
  it('C16 marks the request as chosen by a list, with the hosts that were consented to', () => {
    const request = requestFor(plan({ sizeBytes: 7 }, missing), '/work', { ...choices, allowedPrivateHosts: ['nas'] });
    assert.equal(request.source, 'manifest');
    assert.deepEqual(request.allowedPrivateHosts, ['nas']);
    assert.deepEqual([request.root, request.path, request.sizeBytes], ['/work', 'models/a.bin', 7]);
    assert.equal(request.overwrite, 'fail');
  });

  it('replaces only where the plan says so', () => {
    assert.equal(requestFor(plan({}, ours), '/work', choices).overwrite, 'replace');
  });
});
