import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { forgetSettled, recallSettled, rememberSettled, type SettledListPlace } from '../../../src/cli/settledList';
import { passTick } from '../../support/kernelTick';
import { listFiles, TempFolder } from '../../support/tempFolder';

const settled = { upToDate: 2, skippedPlatform: 1, unpinned: ['b'], warnings: ['a warning'] };
const paths = ['a', 'b'];
/** So late after now that every file has settled. */
const SETTLED_AFTER_MS = 60_000;

describe('the memory of a settled list', () => {
  let folder: TempFolder;
  let place: SettledListPlace;
  let laterMs: number;

  beforeEach(async () => {
    folder = await TempFolder.make('settled');
    for (const path of paths) writeFileSync(folder.at(path), path);
    laterMs = Date.now() + SETTLED_AFTER_MS;
    place = { stateDir: folder.at('state'), file: folder.at('list'), root: folder.path, inputs: ['text', 'choices'] };
    rememberSettled(place, paths, settled, laterMs);
  });

  afterEach(() => folder.dispose());

  const memory = () => folder.at('state', listFiles(folder.at('state'))[0]!);

  it('recalls what was found, for the same list over unchanged files', () => {
    const { upToDate, skippedPlatform, unpinned, warnings } = recallSettled(place)!;
    assert.deepEqual({ upToDate, skippedPlatform, unpinned, warnings }, settled);
  });

  const changes: [string, () => void][] = [
    ['a file was written', () => writeFileSync(folder.at('a'), 'A')],
    [
      'a file was written and its time set back',
      () => {
        const time = new Date(0);
        utimesSync(folder.at('a'), time, time);
      },
    ],
    ['a file was exchanged for another', () => renameSync(folder.at('b'), folder.at('a'))],
    ['a file is gone', () => rmSync(folder.at('b'))],
    [
      'a link took the place of a file',
      () => {
        renameSync(folder.at('a'), folder.at('c'));
        symlinkSync('c', folder.at('a'));
      },
    ],
    ['the memory was cut short', () => writeFileSync(memory(), readFileSync(memory(), 'utf8').slice(0, -9))],
    ['the memory was filled with zeros', () => writeFileSync(memory(), Buffer.alloc(100))],
    ['it was told to forget', () => forgetSettled(place)],
  ];
  for (const [what, change] of changes) {
    it(`recalls nothing after ${what}`, () => {
      passTick(folder.at('b'), folder.at('probe'));
      change();
      assert.equal(recallSettled(place), null);
    });
  }

  it('recalls nothing for another text, other choices, or another list', () => {
    assert.equal(recallSettled({ ...place, inputs: ['other', 'choices'] }), null);
    assert.equal(recallSettled({ ...place, inputs: ['text', 'others'] }), null);
    assert.equal(recallSettled({ ...place, inputs: ['textchoices'] }), null);
    assert.equal(recallSettled({ ...place, file: folder.at('list2') }), null);
  });

  it('does not remember files so young that a change could hide', () => {
    forgetSettled(place);
    writeFileSync(folder.at('a'), 'young');
    rememberSettled(place, paths, settled, statSync(folder.at('a')).mtimeMs);
    assert.equal(recallSettled(place), null);
  });

  it('is silent where it cannot be kept', () => {
    rememberSettled({ ...place, stateDir: folder.at('a', 'state') }, paths, settled, laterMs);
    rememberSettled(place, ['missing'], settled, laterMs);
    assert.deepEqual(
      listFiles(folder.path).filter((file) => file.endsWith('.tmp')),
      [],
    );
  });
});
