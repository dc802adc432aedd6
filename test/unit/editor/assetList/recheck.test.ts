// An offer that is answered late: only what it named, and only as it was.
import assert from 'node:assert/strict';
import { parseManifest } from '../../../../src/assets/manifest';
import type { PlannedAction } from '../../../../src/assets/syncPlan';
import type { ListFile } from '../../../../src/editor/assetList/listFile';
import type { ListItem, LoadedList } from '../../../../src/editor/assetList/listReading';
import { recheck } from '../../../../src/editor/assetList/recheck';

type Wanted = readonly [path: string, action: PlannedAction, version?: string, replaces?: boolean];

/** A list as loaded, with what its entries need. */
function load(...wanted: readonly Wanted[]): LoadedList {
  const assets = wanted.map(([path, , version = 'v1']) => ({ path, url: `https://a.example/${version}/${path}` }));
  const text = JSON.stringify({ version: 1, assets });
  const list = parseManifest(text);
  const plan = list.assets.map((asset, index) => {
    const [, action = 'fetch', , replaces = false] = wanted[index] ?? [];
    return { asset, action, replaces, problem: null };
  });
  const file = { root: '/work' } as ListFile;
  return { file, text, reading: { list, states: null, error: null }, plan };
}

const itemsOf = ({ file, plan }: LoadedList): ListItem[] => plan.map((planned) => ({ file, planned }));

function pathsAfter(shown: LoadedList, now: LoadedList): { items: string[]; changed: readonly string[] } {
  const { items, changed } = recheck(itemsOf(shown), [now]);
  return { items: items.map(({ planned }) => planned.asset.path), changed };
}

describe('an offer that is answered late', () => {
  it('is carried out where nothing has changed, wherever in the list the entries are by then', () => {
    const now = load(['new', 'fetch'], ['b', 'fetch'], ['a', 'fetch']);
    assert.deepEqual(pathsAfter(load(['a', 'fetch'], ['b', 'fetch']), now), { items: ['a', 'b'], changed: [] });
  });

  it('leaves alone what a person put in an entry’s place', () => {
    assert.deepEqual(pathsAfter(load(['a', 'fetch']), load(['a', 'modified'])), { items: [], changed: ['a'] });
  });

  it('leaves entries out that ask for something else by now, or are gone', () => {
    const shown = load(['a', 'fetch'], ['b', 'fetch']);
    assert.deepEqual(pathsAfter(shown, load(['a', 'fetch', 'v2'])), { items: [], changed: ['a', 'b'] });
  });

  it('says nothing of files that came meanwhile', () => {
    assert.deepEqual(pathsAfter(load(['a', 'fetch']), load(['a', 'upToDate'])), { items: [], changed: [] });
  });

  it('replaces no file that it did not say it would', () => {
    const now = load(['a', 'fetch', 'v1', true]);
    assert.deepEqual(pathsAfter(load(['a', 'fetch']), now), { items: [], changed: ['a'] });
    assert.deepEqual(pathsAfter(load(['a', 'fetch', 'v1', true]), now), { items: ['a'], changed: [] });
  });
});
