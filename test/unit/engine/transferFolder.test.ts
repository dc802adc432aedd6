import assert from 'node:assert/strict';
import { mkdirSync, openSync, readFileSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { FetchError } from '../../../src/assets/fetchError';
import { makeRequest } from '../../../src/assets/request';
import {
  detachPart,
  discardTransfer,
  makeTransferFolder,
  transferFolder,
  transferKey,
} from '../../../src/engine/transferFolder';
import { FaultFs } from '../../support/faultFs';
import { TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';

const KEY = 'f'.repeat(32);

describe('transferFolder', () => {
  let temp: TempFolder;
  beforeEach(async () => {
    temp = await TempFolder.make('folder');
  });
  afterEach(() => temp.dispose());

  it('B27 gives one key to all requests for one destination', () => {
    const [a, b] = ['https://a.test/x', 'https://b.test/y'].map((url) =>
      transferKey(makeRequest({ urls: [url], root: '/r', path: 'p' })),
    );
    assert.equal(a, b);
    assert.match(a!, /^[0-9a-f]{32}$/);
  });

  it('keeps different files of one folder apart', () => {
    const keyOf = (url: string): string =>
      transferKey(makeRequest({ urls: [url], root: '/r', path: 'p', isFolder: true }));
    assert.notEqual(keyOf('https://a.test/x'), keyOf('https://a.test/y'));
  });

  it('tells destinations apart, and nothing else', () => {
    const place = fc.tuple(fc.string(), fc.string());
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [keyA, keyB] = [one, other].map(([root, path]) => transferKey(makeRequest({ urls: ['u'], root, path })));
        assert.equal(keyA === keyB, join(...one) === join(...other));
      }),
    );
  });

  it('I6 refuses keys that lead elsewhere', () => {
    for (const key of ['', '..', '../../etc', `${KEY}/..`, 'F'.repeat(32), `${KEY}\n`]) {
      assert.throws(() => transferFolder('/state', key), { code: 'invalidRequest' }, key);
    }
  });

  it('C40 makes folders that only their owner may enter', async () => {
    const folder = transferFolder(temp.at('deep', 'state'), KEY);
    await makeTransferFolder(makeDisk(), folder);
    await makeTransferFolder(makeDisk(), folder);
    if (process.platform !== 'win32') assert.equal(statSync(folder.dir).mode & 0o777, 0o700);
  });

  it('I6 refuses a link in the place of its folder, to make and to discard', async () => {
    const folder = transferFolder(temp.path, KEY);
    mkdirSync(temp.at('transfers'));
    mkdirSync(temp.at('elsewhere'));
    writeFileSync(temp.at('elsewhere', 'part'), 'precious');
    symlinkSync(temp.at('elsewhere'), folder.dir);
    await assert.rejects(makeTransferFolder(makeDisk(), folder), { code: 'unsafePath' });
    await assert.rejects(discardTransfer(makeDisk(), folder), { code: 'unsafePath' });
    assert.equal(readFileSync(temp.at('elsewhere', 'part'), 'utf8'), 'precious');
  });

  it('B12 discards only what the engine made, and follows no link', async () => {
    const folder = transferFolder(temp.path, KEY);
    const disk = makeDisk();
    await makeTransferFolder(disk, folder);
    writeFileSync(temp.at('precious'), 'precious');
    const ours = ['journal.json', 'journal.flushed.json', 'journal.corrupt-12.json', 'lease.json', 'part.detached'];
    for (const name of [...ours, 'journal.json.0-1.tmp', 'notes.txt']) writeFileSync(`${folder.dir}/${name}`, 'x');
    symlinkSync(temp.at('precious'), folder.part);
    await discardTransfer(disk, folder);
    assert.deepEqual(temp.files(), ['precious', `transfers/${KEY}/notes.txt`]);
    assert.equal(readFileSync(temp.at('precious'), 'utf8'), 'precious');
  });

  it('discards what is gone already, and removes the lease last', async () => {
    const folder = transferFolder(temp.path, KEY);
    await discardTransfer(makeDisk(), folder);
    const faultFs = new FaultFs();
    await makeTransferFolder(makeDisk(), folder);
    for (const name of ['lease.json', 'part', 'journal.json']) writeFileSync(`${folder.dir}/${name}`, 'x');
    await discardTransfer(makeDisk({ fileSystem: faultFs.fileSystem }), folder);
    const removed = faultFs.calls.filter(({ operation }) => operation === 'unlink').map(({ path }) => path);
    assert.equal(removed.at(-1), `${folder.dir}/lease.json`);
    assert.deepEqual(temp.files(), []);
  });

  it('B29 detaches the part file from whoever still has it open', async () => {
    const folder = transferFolder(temp.path, KEY);
    await makeTransferFolder(makeDisk(), folder);
    await detachPart(makeDisk(), folder);
    writeFileSync(folder.part, 'bytes so far', { mode: 0o600 });
    const sleeper = openSync(folder.part, 'r+');
    await detachPart(makeDisk(), folder);
    writeSync(sleeper, 'SPLICED');
    assert.equal(readFileSync(folder.part, 'utf8'), 'bytes so far');
    assert.deepEqual(temp.files(), [`transfers/${KEY}/part`]);
  });

  it('B02 keeps the part file where there is no room to detach it', async () => {
    const folder = transferFolder(temp.path, KEY);
    await makeTransferFolder(makeDisk(), folder);
    writeFileSync(folder.part, 'bytes so far');
    const { fileSystem } = new FaultFs().fail({ operation: 'handle.datasync', nth: 1, errno: 'ENOSPC' });
    await assert.rejects(
      detachPart(makeDisk({ fileSystem }), folder),
      (error: FetchError) => error.code === 'diskFull',
    );
    assert.deepEqual(temp.files(), [`transfers/${KEY}/part`]);
  });
});
