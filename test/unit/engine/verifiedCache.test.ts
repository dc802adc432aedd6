import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { openVerifiedCache, type VerifiedCache } from '../../../src/engine/verifiedCache';
import { formatEntries, parseEntries, type VerifiedEntry } from '../../../src/engine/verifiedEntries';
import { FaultFs } from '../../support/faultFs';
import { assertLinear } from '../../support/growth';
import { passTick } from '../../support/kernelTick';
import { TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';

const DIGESTS = { sha256: 'ab'.repeat(32), md5: 'cd'.repeat(16) };

describe('verifiedCache', () => {
  let temp: TempFolder;
  let file: string;
  beforeEach(async () => {
    temp = await TempFolder.make('verified');
    file = temp.at('a.bin');
    writeFileSync(file, 'hello');
  });
  afterEach(() => temp.dispose());

  /** Long enough after the file's last change for its times to tell the next one. */
  const later = makeDisk({ wallClockMs: () => Date.now() + 60_000 });
  const open = (disk = later): Promise<VerifiedCache> => openVerifiedCache(disk, temp.at('state'));

  async function remember(path = file): Promise<void> {
    const cache = await open();
    await cache.record(path, DIGESTS, await cache.sight(path));
    await cache.save();
  }

  it('remembers an unchanged file over restarts, with one lstat', async () => {
    await remember();
    const faultFs = new FaultFs();
    const cache = await open(makeDisk({ fileSystem: faultFs.fileSystem }));
    const before = faultFs.calls.length;
    assert.deepEqual(await cache.lookup(file), { digests: DIGESTS, sizeBytes: 5 });
    assert.deepEqual(
      faultFs.calls.slice(before).map(({ operation }) => operation),
      ['lstat'],
    );
  });

  it('B10 remembers nothing of a file that was changed while it was hashed, even with its times set back', async () => {
    const cache = await open();
    const { atime, mtime } = statSync(file);
    const changes = [
      () => writeFileSync(file, 'HELLO'),
      () => {
        writeFileSync(temp.at('new'), 'hello');
        utimesSync(temp.at('new'), atime, mtime);
        renameSync(temp.at('new'), file);
      },
      () => {
        writeFileSync(file, 'HELLO');
        utimesSync(file, atime, mtime);
      },
      () => rmSync(file),
    ];
    for (const change of changes) {
      const before = await cache.sight(file);
      passTick(file, temp.at('probe'));
      change();
      await cache.record(file, DIGESTS, before);
      assert.equal(await cache.lookup(file), null);
    }
  });

  it('B10 does not trust the times of a file that changed right before it was hashed', async () => {
    const cache = await open(makeDisk());
    writeFileSync(file, 'HELLO');
    const before = await cache.sight(file);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await cache.record(file, DIGESTS, before);
    assert.equal(await cache.lookup(file), null);
  });

  it('knows nothing of other files', async () => {
    await remember();
    assert.equal(await (await open()).lookup(temp.at('b.bin')), null);
  });

  it('does not save what did not change', async () => {
    await (await open()).save();
    assert.ok(!existsSync(temp.at('state')));
  });

  for (const [what, change] of [
    ['another length', (path: string) => writeFileSync(path, 'hello!')],
    ['other bytes of the same length', (path: string) => writeFileSync(path, 'HELLO')],
    [
      'other bytes, with the times set back',
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'HELLO');
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'another file renamed over it',
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, 'HELLO');
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'a link in its place',
      (path: string) => {
        renameSync(path, `${path}.old`);
        symlinkSync(`${path}.old`, path);
      },
    ],
    [
      'a folder in its place',
      (path: string) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    ['a file that is gone', (path: string) => rmSync(path)],
  ] as const) {
    it(`B10 does not trust ${what}`, async () => {
      await remember();
      passTick(file, temp.at('probe'));
      change(file);
      assert.equal(await (await open()).lookup(file), null);
    });
  }

  it('does not trust times too close to the recording: a change within the same tick would not show', async () => {
    const mtimeMs = 1_700_000_000_123.5;
    utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
    const recordedAfter = async (ms: number): Promise<unknown> => {
      const cache = await open(makeDisk({ wallClockMs: () => Math.floor(mtimeMs) + ms }));
      await cache.record(file, DIGESTS, await cache.sight(file));
      return cache.lookup(file);
    };
    assert.equal(await recordedAfter(0), null);
    assert.equal(await recordedAfter(20), null);
    assert.notEqual(await recordedAfter(22), null);
    // From the future: a clock that was set back.
    assert.equal(await recordedAfter(-100_000), null);
  });

  it('does not trust whole seconds for two of them: FAT stores no more', async () => {
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    for (const [ms, isTrusted] of [
      [1_999, false],
      [2_000, true],
    ] as const) {
      const cache = await open(makeDisk({ wallClockMs: () => 1_700_000_000_000 + ms }));
      await cache.record(file, DIGESTS, await cache.sight(file));
      assert.equal((await cache.lookup(file)) !== null, isTrusted);
    }
  });

  describe('of a file that this process has just published', () => {
    /** Recorded within the tick of the kernel's clock in which the file was made. */
    const atOnce = (mtimeMs: number): Promise<VerifiedCache> => {
      utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
      return open(makeDisk({ wallClockMs: () => Math.floor(mtimeMs) }));
    };

    for (const [resolution, mtimeMs] of [
      ['fine', 1_700_000_000_123.5],
      ['whole seconds', 1_700_000_000_000],
    ] as const) {
      it(`trusts the times at once, after a restart as well (${resolution})`, async () => {
        const cache = await atOnce(mtimeMs);
        await cache.recordPublished(file, DIGESTS, lstatSync(file, { bigint: true }));
        assert.deepEqual((await cache.lookup(file))?.digests, DIGESTS);
        await cache.save();
        assert.deepEqual((await (await open()).lookup(file))?.digests, DIGESTS);
      });

      it(`does not trust those of a file that was there before (${resolution})`, async () => {
        const cache = await atOnce(mtimeMs);
        await cache.record(file, DIGESTS, await cache.sight(file));
        assert.equal(await cache.lookup(file), null);
      });
    }

    it('B10 remembers nothing where somebody writes to it at once', async () => {
      const cache = await atOnce(1_700_000_000_123.5);
      const published = lstatSync(file, { bigint: true });
      writeFileSync(file, 'HELLO');
      await cache.recordPublished(file, DIGESTS, published);
      assert.equal(await cache.lookup(file), null);
    });

    it('remembers it although taking its name changed its change time', async () => {
      const cache = await atOnce(1_700_000_000_123.5);
      const published = lstatSync(file, { bigint: true });
      passTick(file, temp.at('probe'));
      renameSync(file, temp.at('b.bin'));
      renameSync(temp.at('b.bin'), file);
      await cache.recordPublished(file, DIGESTS, published);
      assert.deepEqual((await cache.lookup(file))?.digests, DIGESTS);
    });

    it('B10 notices a later change by its times', async () => {
      const cache = await atOnce(1_700_000_000_123.5);
      await cache.recordPublished(file, DIGESTS, lstatSync(file, { bigint: true }));
      writeFileSync(file, 'HELLO');
      assert.equal(await cache.lookup(file), null);
    });

    it('forgets that it was ours where the file is recorded anew', async () => {
      const cache = await atOnce(1_700_000_000_123.5);
      await cache.recordPublished(file, DIGESTS, lstatSync(file, { bigint: true }));
      await cache.record(file, DIGESTS, await cache.sight(file));
      assert.equal(await cache.lookup(file), null);
    });
  });

  it('keeps what another process saved meanwhile', async () => {
    const other = temp.at('b.bin');
    linkSync(file, other);
    const [one, two] = [await open(), await open()];
    await one.record(file, DIGESTS, await one.sight(file));
    await two.record(other, DIGESTS, await two.sight(other));
    await one.save();
    await two.save();
    const merged = await open();
    assert.ok((await merged.lookup(file)) && (await merged.lookup(other)));
  });

  it('B20 ignores a cache that is damaged in any byte, and says so', async () => {
    await remember();
    const path = temp.at('state', 'verified.json');
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length - 1; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      assert.equal(parseEntries(damaged.toString('latin1')), null, `byte ${at}`);
      assert.equal(parseEntries(whole.subarray(0, at).toString()), null, `cut at ${at}`);
    }
    writeFileSync(path, whole.subarray(0, 50));
    later.logged.length = 0;
    assert.equal(await (await open()).lookup(file), null);
    assert.match(later.logged.join(), /does not count/);
    await remember();
    assert.ok(await (await open()).lookup(file));
  });

  it('B20 reads back what it writes, and nothing else', () => {
    const field = fc.string({ minLength: 1 });
    const fields = { size: field, mtimeNs: field, ctimeNs: field, ino: field, recordedAtNs: field };
    const entry: fc.Arbitrary<VerifiedEntry> = fc.record(
      { ...fields, digests: fc.constant(DIGESTS) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(field, entry), { selector: ([path]) => path }), (entries) => {
        assert.deepEqual([...(parseEntries(formatEntries(entries)) ?? [])], entries);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseEntries(text) === null));
  });

  it('B02 keeps the former cache where saving fails', async () => {
    await remember();
    const { fileSystem } = new FaultFs().fail({ operation: 'rename', nth: 1, errno: 'ENOSPC' });
    const cache = await open(makeDisk({ fileSystem, wallClockMs: later.wallClockMs }));
    await cache.record(file, { sha256: 'ff'.repeat(32) }, await cache.sight(file));
    await assert.rejects(cache.save(), { code: 'diskFull' });
    assert.deepEqual((await (await open()).lookup(file))?.digests, DIGESTS);
    await cache.save();
    assert.equal((await (await open()).lookup(file))?.digests.sha256, 'ff'.repeat(32));
    assert.deepEqual(temp.files(), ['a.bin', 'state/verified.json']);
  });

  it('D02 D09 loads and saves ten thousand entries in linear time', async function () {
    this.timeout(60_000);
    const stats = statSync(file, { bigint: true });
    const fields = { size: '5', ctimeNs: String(stats.ctimeNs), ino: String(stats.ino), recordedAtNs: '9'.repeat(19) };
    const stateOf = (count: number): string => {
      const entries = Array.from({ length: count }, (_, index): [string, VerifiedEntry] => [
        temp.at('models', `${index}.bin`),
        { ...fields, mtimeNs: String(stats.mtimeNs), digests: { sha256: 'ab'.repeat(32) } },
      ]);
      const folder = temp.at(`state of ${count}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'verified.json'), formatEntries(entries));
      return folder;
    };
    await assertLinear(1_000, stateOf, async (folder) => {
      const loaded = await openVerifiedCache(later, folder);
      await loaded.record(file, DIGESTS, await loaded.sight(file));
      await loaded.save();
    });
    const saved = readFileSync(temp.at('state of 10000', 'verified.json'), 'utf8');
    assert.equal(parseEntries(saved)?.size, 10_001);
  });
});
