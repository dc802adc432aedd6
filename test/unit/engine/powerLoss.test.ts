import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { FileProof } from '../../../src/engine/fileDigest';
import { loadJournal, saveJournal, type JournalRecord } from '../../../src/engine/journal';
import { locateDestination, resolvePlace } from '../../../src/engine/place';
import { publish, publishBytes } from '../../../src/engine/publish';
import { makeTransferFolder, transferFolder, type TransferFolder } from '../../../src/engine/transferFolder';
import type { OverwritePolicy } from '../../../src/assets/request';
import { CrashFs, type Luck } from '../../support/crashFs';
import { drawInteger, makeRandom } from '../../support/random';
import { afterReboot, makeDisk, type TestDisk } from '../../support/testDisk';

const OLD = Buffer.from('what was there before');
const NEW = randomBytes(1024 * 1024 + 17);
const PIECE = 512 * 1024;
const KEY = '0123456789abcdef0123456789abcdef';

interface Scene {
  readonly crashFs: CrashFs;
  readonly disk: TestDisk;
  readonly folder: TransferFolder;
}

function makeScene(stateDevice: number): Scene {
  const crashFs = new CrashFs((path) => (path.startsWith('/state') ? stateDevice : 1));
  for (const path of ['/state', '/work']) crashFs.seed(path, null);
  return { crashFs, disk: makeDisk({ fileSystem: crashFs.fileSystem }), folder: transferFolder('/state', KEY) };
}

/** Every way to lose effects that this file tries: all, none, one alone, all but one, and fifty drawn ones. */
function* lucks(effects: number): Generator<Luck> {
  yield () => false;
  yield () => true;
  // Names without the bytes behind them, and the reverse: what file systems really do.
  yield (_, { type }) => type === 'names';
  yield (_, { type }) => type !== 'names';
  for (let chosen = 0; chosen < effects; chosen += 1) {
    yield (index) => index === chosen;
    yield (index) => index !== chosen;
  }
  const random = makeRandom(20_240_607);
  for (let draw = 0; draw < 50; draw += 1) {
    const kept = new Set(
      Array.from({ length: effects }, (_, index) => index).filter(() => drawInteger(random, 0, 1) === 1),
    );
    yield (index) => kept.has(index);
  }
}

async function writePart({ disk, folder }: Scene, bytes: Buffer): Promise<FileProof> {
  await makeTransferFolder(disk, folder);
  const handle = await disk.fileSystem.open(folder.part, 'wx');
  for (let at = 0; at < bytes.length; at += PIECE) {
    await handle.writev([bytes.subarray(at, at + PIECE)], at);
  }
  const { dev, ino, size, mtimeNs, ctimeNs } = await handle.stat();
  return {
    digests: { sha256: createHash('sha256').update(bytes).digest('hex') },
    identity: { device: dev, inode: ino, sizeBytes: size, modifiedNs: mtimeNs, changedNs: ctimeNs },
  };
}

async function publishInto(scene: Scene, path: string, overwrite: OverwritePolicy): Promise<string> {
  const proof = await writePart(scene, NEW);
  const place = await resolvePlace(scene.disk, { root: '/work', path, isFolder: false });
  const destination = await locateDestination(scene.disk, place, path.split('/').at(-1)!, overwrite);
  const signal = new AbortController().signal;
  const url = 'https://example.test/a';
  const order = { folder: scene.folder, destination, overwrite, isExecutable: false, proof, url, signal };
  return (await publish(scene.disk, order)).path;
}

/** The way of small files, which never were in a part file. */
async function publishBytesInto({ disk }: Scene, path: string, overwrite: OverwritePolicy): Promise<string> {
  const place = await resolvePlace(disk, { root: '/work', path, isFolder: false });
  const destination = await locateDestination(disk, place, path.split('/').at(-1)!, overwrite);
  const signal = new AbortController().signal;
  const url = 'https://example.test/a';
  const published = await publishBytes(disk, '/state', {
    bytes: NEW,
    key: KEY,
    destination,
    overwrite,
    isExecutable: false,
    url,
    signal,
  });
  return published.path;
}

/** Crashes at every point, in every way; returns what was found at the destination that should not be there. */
function findBrokenCrashes({ crashFs }: Scene, path: string, hadOld: boolean): string[] {
  const broken: string[] = [];
  for (let point = 0; point <= crashFs.points; point += 1) {
    for (const luck of lucks(crashFs.points + 8)) {
      const found = crashFs.crash(point, luck).read(path);
      const isOld = hadOld ? found?.equals(OLD) === true : found === undefined;
      if (!isOld && found?.equals(NEW) !== true) broken.push(`point ${point}: ${found?.length ?? 'no'} bytes`);
    }
  }
  return broken;
}

describe('power loss', () => {
  for (const stateDevice of [1, 2]) {
    for (const overwrite of ['fail', 'keepBoth', 'replace'] as const) {
      const how = `${stateDevice === 1 ? 'on one device' : 'from another device'}, overwrite ${overwrite}`;

      it(`B24 I1 at any instant of publishing from memory leaves nothing or the whole file (${how})`, async () => {
        const scene = makeScene(stateDevice);
        assert.equal(await publishBytesInto(scene, 'models/a.bin', overwrite), '/work/models/a.bin');
        assert.deepEqual(scene.crashFs.read('/work/models/a.bin'), NEW);
        assert.deepEqual(findBrokenCrashes(scene, '/work/models/a.bin', false), []);
      });

      it(`B24 I1 at any instant of publishing leaves nothing or the whole file (${how})`, async () => {
        const scene = makeScene(stateDevice);
        assert.equal(await publishInto(scene, 'models/a.bin', overwrite), '/work/models/a.bin');
        assert.deepEqual(findBrokenCrashes(scene, '/work/models/a.bin', false), []);
      });
    }

    it(`B24 I4 at any instant of replacing leaves the old or the new file, device ${stateDevice}`, async () => {
      const scene = makeScene(stateDevice);
      scene.crashFs.seed('/work/a.bin', OLD);
      await publishInto(scene, 'a.bin', 'replace');
      assert.deepEqual(findBrokenCrashes(scene, '/work/a.bin', true), []);
    });

    it(`B24 I4 at any instant of replacing from memory leaves the old or the new file, device ${stateDevice}`, async () => {
      const scene = makeScene(stateDevice);
      scene.crashFs.seed('/work/a.bin', OLD);
      await publishBytesInto(scene, 'a.bin', 'replace');
      assert.deepEqual(findBrokenCrashes(scene, '/work/a.bin', true), []);
    });

    it(`B24 I4 keeps both from memory: the old file is the same at any instant, device ${stateDevice}`, async () => {
      const scene = makeScene(stateDevice);
      scene.crashFs.seed('/work/a.bin', OLD);
      assert.equal(await publishBytesInto(scene, 'a.bin', 'keepBoth'), '/work/a (2).bin');
      for (let point = 0; point <= scene.crashFs.points; point += 1) {
        for (const luck of lucks(scene.crashFs.points + 8))
          assert.deepEqual(scene.crashFs.crash(point, luck).read('/work/a.bin'), OLD);
      }
      assert.deepEqual(findBrokenCrashes(scene, '/work/a (2).bin', false), []);
    });

    it(`B24 would notice a flush that is missing when publishing from memory, device ${stateDevice}`, async () => {
      const scene = makeScene(stateDevice);
      scene.crashFs.isFlushingLost = true;
      await publishBytesInto(scene, 'a.bin', 'fail');
      assert.notDeepEqual(findBrokenCrashes(scene, '/work/a.bin', false), []);
    });

    it(`B24 after publishing returned the file survives any crash, device ${stateDevice}`, async () => {
      const scene = makeScene(stateDevice);
      const path = await publishInto(scene, 'models/a.bin', 'fail');
      for (const luck of lucks(scene.crashFs.points + 8)) {
        assert.deepEqual(scene.crashFs.crash(scene.crashFs.points, luck).read(path), NEW);
      }
    });

    it(`B24 would notice a flush that is missing, device ${stateDevice}`, async () => {
      const scene = makeScene(stateDevice);
      scene.crashFs.isFlushingLost = true;
      await publishInto(scene, 'a.bin', 'fail');
      assert.notDeepEqual(findBrokenCrashes(scene, '/work/a.bin', false), []);
    });
  }

  it('B24 I2 no checkpoint claims bytes of a power-safe kind that are not there, nor those of another object', async () => {
    const scene = makeScene(1);
    await downloadTwice(scene);
    const broken: string[] = [];
    let found = 0;
    for (let point = 0; point <= scene.crashFs.points; point += 1) {
      for (const luck of lucks(scene.crashFs.points + 8)) {
        const result = await judgeJournal(scene, point, luck);
        if (result === 'found') found += 1;
        else if (result !== 'absent') broken.push(result);
      }
    }
    assert.deepEqual(broken, []);
    assert.ok(found > 100, 'journals are found after most crashes');
  });

  it('B24 would notice a restart from zero that does not save first', async () => {
    const scene = makeScene(1);
    await downloadTwice(scene, 'forget to save');
    let wrong = 0;
    for (const luck of lucks(scene.crashFs.points + 8)) {
      const result = await judgeJournal(scene, scene.crashFs.points, luck);
      if (result.startsWith('wrong')) wrong += 1;
    }
    assert.ok(wrong > 0);
  });
});

const CHUNK = 4096;

/** Bytes of an object, all alike, so that a misplaced one names its object. */
function bytesOf(etag: string): Buffer {
  return Buffer.alloc(CHUNK, etag);
}

function recordOf(etag: string, writtenTo: number, flushedTo: number): JournalRecord {
  return {
    ...{ version: 1, displayUrl: 'https://example.test/a', urlHash: '0'.repeat(64), isUrlRedacted: false },
    ...{ root: '/work', path: 'a.bin', isFolder: false, name: 'a.bin', integrity: [], etag, lastModified: null },
    ...{ validator: { kind: 'etag', value: etag }, totalBytes: 16 * CHUNK, savedAtMs: 1 },
    written: writtenTo > 0 ? [[0, writtenTo]] : [],
    flushed: flushedTo > 0 ? [[0, flushedTo]] : [],
  };
}

/** Writes some of object A with checkpoints of both kinds, then starts over with object B as transferState.ts does. */
async function downloadTwice({ disk, folder }: Scene, fault?: 'forget to save'): Promise<void> {
  await makeTransferFolder(disk, folder);
  const part = await disk.fileSystem.open(folder.part, 'wx');
  for (const etag of ['A', 'B']) {
    if (etag === 'B' && fault === undefined) await saveJournal(disk, folder, recordOf('B', 0, 0), 'durable');
    if (etag === 'B') await part.truncate(0);
    let flushedTo = 0;
    for (let chunk = 0; chunk < 6; chunk += 1) {
      const end = (chunk + 1) * CHUNK;
      await part.writev([bytesOf(etag)], chunk * CHUNK);
      const isDurable = chunk % 3 === 2 && !(fault && etag === 'B');
      if (isDurable) await part.datasync();
      if (isDurable) flushedTo = end;
      await saveJournal(disk, folder, recordOf(etag, end, flushedTo), isDurable ? 'durable' : 'quick');
    }
  }
}

async function judgeJournal({ crashFs, disk, folder }: Scene, point: number, luck: Luck): Promise<string> {
  const after = crashFs.crash(point, luck);
  // Without a folder that is there to be listed nothing can be resumed.
  if (!(await after.fileSystem.lstat(folder.dir).then(Boolean, () => false))) return 'absent';
  const rebooted = makeDisk({ fileSystem: after.fileSystem, processes: afterReboot(disk) });
  const journal = await loadJournal(rebooted, folder);
  if (journal.type !== 'found') return journal.type;
  const part = after.read(folder.part) ?? Buffer.alloc(0);
  for (const [start, end] of journal.kept) {
    const expected = Buffer.alloc(end - start, journal.record.etag!);
    if (!part.subarray(start, end).equals(expected)) return `wrong bytes at point ${point} for ${journal.record.etag}`;
  }
  return 'found';
}
