import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { loadJournal, saveJournal, type JournalRecord, type LoadedJournal } from '../../../src/engine/journal';
import { formatJournal, parseJournal } from '../../../src/engine/journalFile';
import { makeTransferFolder, transferFolder, type TransferFolder } from '../../../src/engine/transferFolder';
import { listUnfinished } from '../../../src/engine/unfinished';
import { acquireLease } from '../../../src/engine/lease';
import { FaultFs, type DiskOperation } from '../../support/faultFs';
import { TempFolder } from '../../support/tempFolder';
import { afterReboot, makeDisk } from '../../support/testDisk';

const KEY = 'a'.repeat(32);

function makeRecord(changed: Partial<JournalRecord> = {}): JournalRecord {
  return {
    version: 1,
    displayUrl: 'https://example.test/a.bin',
    urlHash: '0'.repeat(64),
    isUrlRedacted: true,
    root: '/work',
    path: 'models/a.bin',
    isFolder: false,
    name: 'a.bin',
    integrity: [{ algorithm: 'sha256', digestHex: 'ab'.repeat(32) }],
    etag: '"v1"',
    lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT',
    validator: { kind: 'etag', value: '"v1"' },
    totalBytes: 1000,
    written: [
      [0, 100],
      [200, 300],
    ],
    flushed: [[0, 50]],
    savedAtMs: 1_700_000_000_000,
    ...changed,
  };
}

describe('journal', () => {
  let temp: TempFolder;
  let folder: TransferFolder;
  const disk = makeDisk();

  beforeEach(async () => {
    temp = await TempFolder.make('journal');
    folder = transferFolder(temp.path, KEY);
    await makeTransferFolder(disk, folder);
    writeFileSync(folder.part, Buffer.alloc(1000, 1), { mode: 0o600 });
    disk.logged.length = 0;
  });
  afterEach(() => temp.dispose());

  const latest = (): string => `${folder.dir}/journal.json`;
  const durable = (): string => `${folder.dir}/journal.flushed.json`;
  const kept = (journal: LoadedJournal): unknown => (journal.type === 'found' ? journal.kept : journal.type);

  it('gives back what was saved', async () => {
    await saveJournal(disk, folder, makeRecord(), 'quick');
    const journal = await loadJournal(disk, folder);
    assert.deepEqual(journal, { type: 'found', record: makeRecord(), kept: makeRecord().written });
    assert.deepEqual(readdirSync(folder.dir).sort(), ['journal.json', 'part']);
  });

  it('is absent where there is none', async () => {
    assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
  });

  it('B23 counts written ranges after a killed process', async () => {
    await saveJournal(disk, folder, makeRecord(), 'durable');
    await saveJournal(disk, folder, makeRecord({ written: [[0, 900]] }), 'quick');
    assert.deepEqual(kept(await loadJournal(disk, folder)), [[0, 900]]);
  });

  it('B24 counts the flushed ranges of the last durable save after a power cut', async () => {
    await saveJournal(disk, folder, makeRecord({ flushed: [[0, 50]] }), 'durable');
    await saveJournal(disk, folder, makeRecord({ written: [[0, 900]], flushed: [[0, 50]] }), 'quick');
    const rebooted = makeDisk({ processes: afterReboot(disk) });
    assert.deepEqual(kept(await loadJournal(rebooted, folder)), [[0, 50]]);
  });

  it('B24 trusts nothing after a power cut where nothing was saved durably', async () => {
    await saveJournal(disk, folder, makeRecord(), 'quick');
    const rebooted = makeDisk({ processes: afterReboot(disk) });
    assert.equal(kept(await loadJournal(rebooted, folder)), 'absent');
  });

  it('B24 a durable save flushes the journal before its rename and the folder after it', async () => {
    const faultFs = new FaultFs();
    await saveJournal(makeDisk({ fileSystem: faultFs.fileSystem }), folder, makeRecord(), 'durable');
    const order = faultFs.calls.map(({ operation }) => operation).filter((name) => /sync|rename/.test(name));
    assert.deepEqual(order, ['handle.sync', 'rename', 'handle.sync', 'rename']);
  });

  it('D09 a quick save flushes nothing', async () => {
    const faultFs = new FaultFs();
    await saveJournal(makeDisk({ fileSystem: faultFs.fileSystem }), folder, makeRecord(), 'quick');
    assert.equal(faultFs.count('handle.sync') + faultFs.count('handle.datasync'), 0);
  });

  it('B20 never trusts a journal cut at any byte', () => {
    const text = formatJournal('boot', makeRecord());
    for (let length = 0; length < text.length - 1; length += 1) {
      assert.equal(parseJournal(text.slice(0, length)).type, 'corrupt', `cut at ${length}`);
    }
  });

  it('B20 never trusts a journal with a byte changed', () => {
    const text = Buffer.from(formatJournal('boot', makeRecord()).trimEnd());
    const original = JSON.stringify(parseJournal(text.toString()));
    for (let at = 0; at < text.length; at += 1) {
      for (const bit of [1, 4, 32]) {
        const changed = Buffer.from(text);
        changed[at] = (changed[at] ?? 0) ^ bit;
        const parsed = parseJournal(changed.toString('latin1'));
        // A version that is larger is nothing that this release may judge; a blank in JSON's syntax changes nothing.
        const isHarmless = parsed.type === 'newer' || JSON.stringify(parsed) === original;
        assert.ok(parsed.type === 'corrupt' || isHarmless, `bit ${bit} of byte ${at}`);
      }
    }
  });

  it('B20 survives any bytes and any JSON', () => {
    fc.assert(fc.property(fc.string(), (text) => parseJournal(text).type === 'corrupt'));
    fc.assert(fc.property(fc.json(), (text) => parseJournal(text).type !== 'read'));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => parseJournal(Buffer.from(bytes).toString()).type === 'corrupt'));
  });

  it('B20 refuses well-signed records that make no sense', () => {
    const nonsense: readonly Partial<JournalRecord>[] = [
      { written: [[0, 1001]], flushed: [] },
      { written: [[10, 5]], flushed: [] },
      {
        written: [
          [5, 10],
          [0, 4],
        ],
        flushed: [],
      },
      {
        written: [
          [0, 10],
          [5, 20],
        ],
        flushed: [],
      },
      { written: [[-1, 5]], flushed: [] },
      { written: [[0, 1.5]], flushed: [] },
      { written: [[0, 100]], flushed: [[0, 101]] },
      { totalBytes: -1 },
      { urlHash: 'https://example.test/?token=x' },
    ];
    for (const changed of nonsense) {
      assert.equal(parseJournal(formatJournal('boot', makeRecord(changed))).type, 'corrupt', JSON.stringify(changed));
    }
  });

  for (const [what, spoil] of [
    ['0 bytes', () => ''],
    ['truncated', (text: string) => text.slice(0, text.length / 2)],
    ['zero-filled', (text: string) => '\0'.repeat(text.length)],
    ['random', () => 'kfj38f\n{{{'],
    ['huge', () => `"${'x'.repeat(5 * 1024 * 1024)}"`],
  ] as const) {
    it(`B20 moves a journal aside that is ${what}, says so, and starts anew`, async () => {
      await saveJournal(disk, folder, makeRecord(), 'quick');
      writeFileSync(latest(), spoil(readFileSync(latest(), 'utf8')));
      assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
      const names = readdirSync(folder.dir).filter((name) => name.startsWith('journal'));
      assert.equal(names.length, 1);
      assert.match(names[0]!, /^journal\.corrupt-\d+\.json$/);
      assert.match(disk.logged.join('\n'), /warn: The journal .* is damaged/);
    });
  }

  it('B20 keeps one corrupt journal, not one per crash', async () => {
    let nowMs = 1000;
    const ticking = makeDisk({ wallClockMs: () => (nowMs += 1000) });
    for (let round = 0; round < 5; round += 1) {
      writeFileSync(latest(), `rubbish ${round}`);
      await loadJournal(ticking, folder);
    }
    const names = readdirSync(folder.dir).filter((name) => name.startsWith('journal'));
    assert.equal(names.length, 1);
    assert.equal(readFileSync(`${folder.dir}/${names[0]!}`, 'utf8'), 'rubbish 4');
  });

  it('B20 falls back to the last durable journal where the latest is corrupt', async () => {
    await saveJournal(disk, folder, makeRecord(), 'durable');
    writeFileSync(latest(), 'rubbish');
    assert.deepEqual(kept(await loadJournal(disk, folder)), makeRecord().written);
  });

  for (const name of ['journal.json', 'journal.flushed.json']) {
    it(`B21 leaves ${name} of a newer version and its part file as they are`, async () => {
      await saveJournal(disk, folder, makeRecord(), 'durable');
      const newer = '{"version":2,"something":"else"}';
      writeFileSync(`${folder.dir}/${name}`, newer);
      assert.deepEqual(await loadJournal(disk, folder), { type: 'newer', version: 2 });
      assert.equal(readFileSync(`${folder.dir}/${name}`, 'utf8'), newer);
      assert.equal(readFileSync(folder.part).length, 1000);
    });
  }

  it('B16 is absent without a word where the part file was deleted, and forgets for good', async () => {
    await saveJournal(disk, folder, makeRecord(), 'durable');
    unlinkSync(folder.part);
    assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
    assert.deepEqual(disk.logged, []);
    // Otherwise the old ranges would count again over whatever is written there next.
    writeFileSync(folder.part, Buffer.alloc(1000));
    assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
  });

  it('B19 is absent where the part file is shorter than the journal says', async () => {
    await saveJournal(disk, folder, makeRecord(), 'durable');
    truncateSync(folder.part, 299);
    assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
  });

  it('I1 B24 never hands out a part file that is published already: a crash came between link and unlink', async () => {
    await saveJournal(disk, folder, makeRecord(), 'durable');
    linkSync(folder.part, temp.at('published.bin'));
    assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
    assert.ok(!existsSync(folder.part));
    assert.equal(readFileSync(temp.at('published.bin')).length, 1000);
  });

  it('I6 never hands out a part file that is a link', async () => {
    await saveJournal(disk, folder, makeRecord(), 'durable');
    unlinkSync(folder.part);
    writeFileSync(temp.at('precious'), Buffer.alloc(1000));
    symlinkSync(temp.at('precious'), folder.part);
    assert.deepEqual(await loadJournal(disk, folder), { type: 'absent' });
    assert.ok(!existsSync(folder.part));
    assert.equal(readFileSync(temp.at('precious')).length, 1000);
  });

  it('B02 B07 keeps the former journal whatever call fails while saving, and leaves nothing behind', async () => {
    const operations: readonly DiskOperation[] = ['open', 'handle.write', 'handle.sync', 'rename'];
    for (const kind of ['quick', 'durable'] as const) {
      for (const operation of operations) {
        if (kind === 'quick' && operation === 'handle.sync') continue;
        await saveJournal(disk, folder, makeRecord(), 'durable');
        const { fileSystem } = new FaultFs().fail({ operation, nth: 1, errno: 'ENOSPC' });
        const saving = saveJournal(makeDisk({ fileSystem }), folder, makeRecord({ written: [[0, 999]] }), kind);
        await assert.rejects(saving, { code: 'diskFull' }, `${kind} ${operation}`);
        assert.deepEqual(kept(await loadJournal(disk, folder)), makeRecord().written, `${kind} ${operation}`);
        assert.deepEqual(readdirSync(folder.dir).sort(), ['journal.flushed.json', 'journal.json', 'part']);
      }
    }
  });

  it('B05 saves whole journals through short writes', async () => {
    const faultFs = new FaultFs();
    faultFs.shortWriteBytes = 7;
    await saveJournal(makeDisk({ fileSystem: faultFs.fileSystem }), folder, makeRecord(), 'durable');
    assert.ok(faultFs.count('handle.write') > 50);
    assert.equal((await loadJournal(disk, folder)).type, 'found');
    assert.ok(existsSync(durable()));
  });

  describe('listUnfinished', () => {
    it('lists what waits, newest first, and only looks', async () => {
      const other = transferFolder(temp.path, 'b'.repeat(32));
      await makeTransferFolder(disk, other);
      writeFileSync(other.part, Buffer.alloc(1000));
      await saveJournal(disk, folder, makeRecord(), 'quick');
      await saveJournal(disk, other, makeRecord({ savedAtMs: 1_800_000_000_000, path: 'b' }), 'quick');
      const before = temp.files();
      const found = await listUnfinished(disk, [temp.path, temp.path]);
      assert.deepEqual(
        found.map(({ key, path, receivedBytes, totalBytes }) => ({ key, path, receivedBytes, totalBytes })),
        [
          { key: other.key, path: 'b', receivedBytes: 200, totalBytes: 1000 },
          { key: KEY, path: 'models/a.bin', receivedBytes: 200, totalBytes: 1000 },
        ],
      );
      assert.deepEqual(temp.files(), before);
    });

    it('B27 leaves out what somebody works on', async () => {
      await saveJournal(disk, folder, makeRecord(), 'quick');
      const lease = await acquireLease(disk, folder.dir, {
        signal: new AbortController().signal,
        onWaiting: () => undefined,
      });
      assert.deepEqual(await listUnfinished(disk, [temp.path]), []);
      await lease.release();
      assert.equal((await listUnfinished(disk, [temp.path])).length, 1);
    });

    it('B20 leaves out rubbish of every kind', async () => {
      writeFileSync(latest(), 'rubbish');
      writeFileSync(temp.at('transfers', 'c'.repeat(32)), 'a file');
      symlinkSync('nowhere', temp.at('transfers', 'd'.repeat(32)));
      await makeTransferFolder(disk, transferFolder(temp.path, 'e'.repeat(32)));
      assert.deepEqual(await listUnfinished(disk, [temp.path, temp.at('missing'), '']), []);
      assert.equal(readFileSync(latest(), 'utf8'), 'rubbish');
    });
  });
});
