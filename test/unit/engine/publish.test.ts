import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { FetchError } from '../../../src/assets/fetchError';
import type { OverwritePolicy } from '../../../src/assets/request';
import type { Disk } from '../../../src/engine/disk';
import { FileDigest, type FileProof } from '../../../src/engine/fileDigest';
import { zoneIdentifier } from '../../../src/engine/originMark';
import { locateDestination, resolvePlace } from '../../../src/engine/place';
import { publish, type Publication } from '../../../src/engine/publish';
import { makeTransferFolder, transferFolder, type TransferFolder } from '../../../src/engine/transferFolder';
import { FaultFs, type DiskOperation } from '../../support/faultFs';
import { listFiles, TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';
import { VirtualClock } from '../../support/virtualClock';

const KEY = 'abcdef0123456789'.repeat(2);
const BYTES = randomBytes(2 * 1024 * 1024 + 333);
/** Where many runs are made and the length does not matter. */
const SMALL = randomBytes(5_000);
const URL = 'https://user:pw@example.test/a.bin?token=CANARY';
const SHM = '/dev/shm';

/** A second device where the machine has one: then the real EXDEV is met. */
const otherDevice = existsSync(SHM) && statSync(SHM).dev !== statSync(process.cwd()).dev ? SHM : null;

describe('publish', () => {
  let temp: TempFolder;
  let elsewhere: TempFolder | null;
  let root: string;
  let folder: TransferFolder;

  beforeEach(async () => {
    temp = await TempFolder.make('publish');
    elsewhere = otherDevice === null ? null : await TempFolder.make('publish', otherDevice);
    root = temp.at('root');
    mkdirSync(root);
  });
  afterEach(async () => {
    await temp.dispose();
    await elsewhere?.dispose();
  });

  async function prepare(stateDir = temp.at('state'), bytes = BYTES): Promise<FileProof> {
    folder = transferFolder(stateDir, KEY);
    await makeTransferFolder(makeDisk(), folder);
    writeFileSync(folder.part, bytes, { mode: 0o600 });
    return prove();
  }

  async function prove(): Promise<FileProof> {
    const digest = await FileDigest.open(folder.part, ['sha256', 'md5']);
    try {
      return digest.finish(statSync(folder.part).size);
    } finally {
      digest.dispose();
    }
  }

  async function run(
    disk: Disk,
    proof: FileProof,
    path: string,
    overwrite: OverwritePolicy = 'fail',
    more: Partial<Publication> = {},
  ): Promise<string> {
    const place = await resolvePlace(disk, { root, path, isFolder: false });
    const destination = await locateDestination(disk, place, path.split('/').at(-1)!, overwrite);
    const signal = new AbortController().signal;
    const published = await publish(disk, {
      folder,
      destination,
      overwrite,
      isExecutable: false,
      proof,
      url: URL,
      signal,
      ...more,
    });
    return published.path;
  }

  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

  /** The state folders to publish from: of the same device, and of another one where there is one. */
  const origins = (): [string, string][] => [
    ['the same device', temp.at('state')],
    ...(elsewhere ? [['another device', elsewhere.at('state')] as [string, string]] : []),
  ];

  /** Runs a body once per device, each time in a fresh root. */
  async function onEachDevice(body: (stateDir: string, from: string) => Promise<void>): Promise<void> {
    for (const [from, stateDir] of origins()) {
      rmSync(root, { recursive: true });
      mkdirSync(root);
      await body(stateDir, from);
    }
  }

  it('B14 meets the real EXDEV in these tests', function () {
    if (otherDevice === null) this.skip();
    writeFileSync(elsewhere!.at('x'), '');
    assert.throws(() => linkSync(elsewhere!.at('x'), temp.at('x')), { code: 'EXDEV' });
  });

  it('B14 puts the verified bytes in place and leaves nothing else', () =>
    onEachDevice(async (stateDir, from) => {
      const proof = await prepare(stateDir);
      const path = await run(makeDisk(), proof, 'models/deep/a.bin');
      assert.equal(path, join(root, 'models', 'deep', 'a.bin'));
      assert.equal(sha256(path), proof.digests.sha256, from);
      assert.equal(statSync(path).nlink, 1);
      assert.ok(!existsSync(folder.part), from);
      assert.deepEqual(listFiles(root), ['models/deep/a.bin']);
    }));

  it('C06 C25 gives the usual mode, executable only when asked, never setuid', () =>
    onEachDevice(async (stateDir) => {
      for (const [isExecutable, umask, mode] of [
        [false, 0o022, 0o644],
        [true, 0o022, 0o755],
        [false, 0o077, 0o600],
        [true, 0o027, 0o750],
      ] as const) {
        const proof = await prepare(stateDir);
        chmodSync(folder.part, 0o6777);
        const path = await run(makeDisk({ umask }), proof, 'a.bin', 'replace', { isExecutable });
        assert.equal(statSync(path).mode & 0o7777, mode);
      }
    }));

  it('B10 I4 refuses where something is there, and leaves it and the part file alone', () =>
    onEachDevice(async (stateDir, from) => {
      const proof = await prepare(stateDir);
      writeFileSync(join(root, 'a.bin'), 'old');
      await assert.rejects(run(makeDisk(), proof, 'a.bin'), { code: 'destinationExists' });
      assert.equal(readFileSync(join(root, 'a.bin'), 'utf8'), 'old', from);
      assert.deepEqual(listFiles(root), ['a.bin']);
      assert.equal(sha256(folder.part), proof.digests.sha256);
    }));

  it('B29 never replaces what appears at the last instant', () =>
    onEachDevice(async (stateDir, from) => {
      const proof = await prepare(stateDir);
      const operation: DiskOperation = 'link';
      const faultFs = new FaultFs().before(operation, () => writeFileSync(join(root, 'a.bin'), 'appeared'));
      await assert.rejects(run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin'), {
        code: 'destinationExists',
      });
      assert.equal(readFileSync(join(root, 'a.bin'), 'utf8'), 'appeared', from);
      assert.deepEqual(listFiles(root), ['a.bin']);
    }));

  it('B10 keeps both under numbered names', () =>
    onEachDevice(async (stateDir) => {
      writeFileSync(join(root, 'a.tar.gz'), 'old');
      mkdirSync(join(root, 'a (2).tar.gz'));
      for (const expected of ['a (3).tar.gz', 'a (4).tar.gz']) {
        const path = await run(makeDisk(), await prepare(stateDir), 'a.tar.gz', 'keepBoth');
        assert.equal(path, join(root, expected));
      }
      assert.equal(readFileSync(join(root, 'a.tar.gz'), 'utf8'), 'old');
    }));

  it('replaces on request', () =>
    onEachDevice(async (stateDir) => {
      writeFileSync(join(root, 'a.bin'), 'old');
      const proof = await prepare(stateDir);
      const path = await run(makeDisk(), proof, 'a.bin', 'replace');
      assert.equal(sha256(path), proof.digests.sha256);
      assert.deepEqual(listFiles(root), ['a.bin']);
    }));

  for (const target of ['outside', 'nowhere'] as const) {
    it(`B13 replaces a link itself and never writes through it (to ${target})`, () =>
      onEachDevice(async (stateDir) => {
        writeFileSync(temp.at('outside'), 'precious');
        symlinkSync(temp.at(target), join(root, 'a.bin'));
        const proof = await prepare(stateDir);
        await assert.rejects(run(makeDisk(), proof, 'a.bin', 'fail'), { code: 'destinationExists' });
        assert.equal(readlinkSync(join(root, 'a.bin')), temp.at(target));
        const path = await run(makeDisk(), await prepare(stateDir), 'a.bin', 'replace');
        assert.ok(lstatSync(path).isFile());
        assert.equal(readFileSync(temp.at('outside'), 'utf8'), 'precious');
        assert.ok(!existsSync(temp.at('nowhere')));
      }));
  }

  it('B13 keeps both beside a dangling link', async () => {
    symlinkSync(temp.at('nowhere'), join(root, 'a.bin'));
    assert.equal(await run(makeDisk(), await prepare(), 'a.bin', 'keepBoth'), join(root, 'a (2).bin'));
    assert.ok(!existsSync(temp.at('nowhere')));
  });

  it('B15 refuses a folder that was swapped for a link between check and move', () =>
    onEachDevice(async (stateDir) => {
      mkdirSync(join(root, 'models'));
      mkdirSync(temp.at('outside'), { recursive: true });
      const proof = await prepare(stateDir);
      const faultFs = new FaultFs().before('handle.datasync', () => {
        renameSync(join(root, 'models'), join(root, 'moved'));
        symlinkSync(temp.at('outside'), join(root, 'models'));
      });
      const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'models/a.bin', 'replace');
      await assert.rejects(publishing, { code: 'unsafePath' });
      assert.deepEqual(readdirSync(temp.at('outside')), []);
      assert.ok(existsSync(folder.part));
    }));

  it('B15 refuses a missing folder that appeared as a link', async () => {
    mkdirSync(temp.at('outside'));
    const proof = await prepare();
    const faultFs = new FaultFs().before('mkdir', () => symlinkSync(temp.at('outside'), join(root, 'models')));
    const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'models/deep/a.bin');
    await assert.rejects(publishing, { code: 'unsafePath' });
    assert.deepEqual(listFiles(temp.at('outside')), []);
  });

  it('B30 fails where the root was deleted during the transfer, and does not make it again', () =>
    onEachDevice(async (stateDir) => {
      for (const path of ['a.bin', 'models/a.bin']) {
        const proof = await prepare(stateDir);
        mkdirSync(root, { recursive: true });
        const faultFs = new FaultFs().before('handle.datasync', () => rmSync(root, { recursive: true }));
        const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, path);
        await assert.rejects(publishing, (error: FetchError) => error.code === 'localIo');
        assert.ok(!existsSync(root));
        assert.equal(sha256(folder.part), proof.digests.sha256);
        mkdirSync(root);
      }
    }));

  it('C40 refuses a part file that was changed after it was verified, even with its times set back', () =>
    onEachDevice(async (stateDir) => {
      const changes: (() => void)[] = [
        () => appendFileSync(folder.part, 'x'),
        () => {
          const { atime, mtime } = statSync(folder.part);
          writeFileSync(folder.part, randomBytes(BYTES.length));
          utimesSync(folder.part, atime, mtime);
        },
        () => {
          rmSync(folder.part);
          writeFileSync(folder.part, randomBytes(BYTES.length));
        },
      ];
      for (const change of changes) {
        const proof = await prepare(stateDir);
        change();
        await assert.rejects(run(makeDisk(), proof, 'a.bin'), { code: 'integrityMismatch' });
        assert.deepEqual(listFiles(root), []);
        rmSync(folder.part);
      }
    }));

  it('C40 takes a part file that only looks changed: it hashes it again', async () => {
    const proof = await prepare();
    chmodSync(folder.part, 0o640);
    const faultFs = new FaultFs();
    const path = await run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin');
    assert.ok(faultFs.count('handle.read') > 2);
    assert.equal(sha256(path), proof.digests.sha256);
  });

  it('D06 ends on a cancel while it hashes again, and keeps the part file', async () => {
    const proof = await prepare();
    chmodSync(folder.part, 0o640);
    const controller = new AbortController();
    const reason = new FetchError('cancelled', 'enough');
    const faultFs = new FaultFs().before('handle.read', () => controller.abort(reason));
    const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin', 'fail', {
      signal: controller.signal,
    });
    await assert.rejects(publishing, reason);
    assert.deepEqual(listFiles(root), []);
    assert.ok(existsSync(folder.part));
  });

  it('C40 removes what took the place of the part file at the last instant', async () => {
    const proof = await prepare();
    const faultFs = new FaultFs().before('link', () => {
      rmSync(folder.part);
      writeFileSync(folder.part, 'planted');
    });
    const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin');
    await assert.rejects(publishing, { code: 'integrityMismatch' });
    assert.deepEqual(listFiles(root), []);
  });

  it('C40 B14 compares what it copied with the proof', async function () {
    if (elsewhere === null) this.skip();
    const proof = await prepare(elsewhere.at('state'));
    const faultFs = new FaultFs().before('handle.chmod', () => writeFileSync(folder.part, randomBytes(BYTES.length)));
    const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin');
    await assert.rejects(publishing, { code: 'integrityMismatch' });
    assert.deepEqual(listFiles(root), []);
  });

  it('I6 refuses a part file that is a link', async () => {
    const proof = await prepare();
    renameSync(folder.part, temp.at('bytes'));
    symlinkSync(temp.at('bytes'), folder.part);
    await assert.rejects(run(makeDisk(), proof, 'a.bin'), { code: 'localIo' });
    assert.deepEqual(listFiles(root), []);
  });

  it('I4 B03 B12 whatever call fails, the old file stays, the part file stays, and nothing is left behind', async function () {
    // Hundreds of files, each flushed to a disk that others may keep busy.
    this.timeout(120_000);
    const operations: readonly DiskOperation[] = [
      'open',
      'handle.datasync',
      'handle.stat',
      'handle.chmod',
      'mkdir',
      'realpath',
      'link',
      'rename',
      'handle.read',
      'handle.write',
      'handle.sync',
    ];
    let failures = 0;
    await onEachDevice(async (stateDir, from) => {
      for (const overwrite of ['fail', 'replace'] as const) {
        for (const operation of operations) {
          for (const [errno, code] of [
            ['ENOSPC', 'diskFull'],
            ['EIO', 'localIo'],
          ] as const) {
            for (let nth = 1; nth <= 4; nth += 1) {
              const what = `${from}, ${overwrite}, ${operation} ${nth}, ${errno}`;
              const proof = await prepare(stateDir, SMALL);
              const path = overwrite === 'fail' ? 'new/deep/a.bin' : 'old.bin';
              writeFileSync(join(root, 'old.bin'), 'old');
              const faultFs = new FaultFs().fail({ operation, nth, errno });
              const error: unknown = await run(
                makeDisk({ fileSystem: faultFs.fileSystem }),
                proof,
                path,
                overwrite,
              ).then(
                () => null,
                (raised: unknown) => raised,
              );
              if (error === null) {
                assert.equal(sha256(join(root, path)), proof.digests.sha256, what);
                rmSync(join(root, 'new'), { recursive: true, force: true });
                continue;
              }
              failures += 1;
              assert.ok(error instanceof FetchError && error.code === code, `${what}: ${inspect(error)}`);
              assert.deepEqual(listFiles(root), ['old.bin'], what);
              assert.deepEqual(readdirSync(root), ['old.bin'], what);
              assert.equal(readFileSync(join(root, 'old.bin'), 'utf8'), 'old', what);
              assert.equal(sha256(folder.part), proof.digests.sha256, what);
              await run(makeDisk(), await prove(), path, overwrite);
              rmSync(join(root, 'new'), { recursive: true, force: true });
            }
          }
        }
      }
    });
    assert.ok(failures > 40, `${failures} failures`);
  });

  it('B03 moves again without another download once there is room', async () => {
    const proof = await prepare();
    const { fileSystem } = new FaultFs().fail({ operation: 'link', nth: 1, errno: 'ENOSPC' });
    await assert.rejects(run(makeDisk({ fileSystem }), proof, 'a.bin'), { code: 'diskFull' });
    assert.equal(sha256(await run(makeDisk(), proof, 'a.bin')), proof.digests.sha256);
  });

  it('B05 B14 copies whole files through short writes', async function () {
    if (elsewhere === null) this.skip();
    const proof = await prepare(elsewhere.at('state'));
    const faultFs = new FaultFs();
    faultFs.shortWriteBytes = 100_003;
    const path = await run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin');
    assert.equal(sha256(path), proof.digests.sha256);
  });

  it('B14 never writes through a link planted in the place of the hidden sibling', async function () {
    if (elsewhere === null) this.skip();
    const proof = await prepare(elsewhere.at('state'));
    const planted = join(root, `.a.bin.asset-fetch-${KEY.slice(0, 6)}-00000000`);
    writeFileSync(temp.at('outside'), 'precious');
    symlinkSync(temp.at('outside'), planted);
    const other = join(root, '.a.bin.asset-fetch-999999-00000000');
    writeFileSync(other, "another transfer's");
    await run(makeDisk(), proof, 'a.bin');
    assert.equal(readFileSync(temp.at('outside'), 'utf8'), 'precious');
    // What a crash of this transfer left is swept, another transfer's sibling is not.
    assert.deepEqual(readdirSync(root).sort(), ['.a.bin.asset-fetch-999999-00000000', 'a.bin']);
  });

  for (const plant of [linkSync, symlinkSync]) {
    it(`B14 never writes into what is planted at the sibling's very name (${plant.name})`, async function () {
      if (elsewhere === null) this.skip();
      const proof = await prepare(elsewhere.at('state'));
      writeFileSync(temp.at('outside'), 'precious');
      const faultFs = new FaultFs().before('open', (path) => plant(temp.at('outside'), path), '.asset-fetch-');
      const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin');
      await assert.rejects(publishing, FetchError);
      assert.equal(readFileSync(temp.at('outside'), 'utf8'), 'precious');
      assert.ok(!existsSync(join(root, 'a.bin')));
    });
  }

  it('B33 B14 shortens the hidden sibling of the longest name', async function () {
    if (elsewhere === null) this.skip();
    const name = `${'é'.repeat(95)}.tar.gz`;
    const path = await run(makeDisk(), await prepare(elsewhere.at('state')), name);
    assert.deepEqual(listFiles(root), [name]);
    assert.ok(existsSync(path));
  });

  it('B14 ends a copy on cancel and keeps the part file', async function () {
    if (elsewhere === null) this.skip();
    const proof = await prepare(elsewhere.at('state'));
    const controller = new AbortController();
    const reason = new FetchError('cancelled', 'x');
    const faultFs = new FaultFs().before('handle.write', () => controller.abort(reason));
    const { signal } = controller;
    const publishing = run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin', 'fail', { signal });
    await assert.rejects(publishing, reason);
    assert.deepEqual(listFiles(root), []);
    assert.equal(sha256(folder.part), proof.digests.sha256);
  });

  describe('without hard links', () => {
    const withoutLinks = (): FaultFs => new FaultFs().fail({ operation: 'link', nth: 1, times: 99, errno: 'EPERM' });

    it('B29 publishes by rename where nothing is there, and refuses where something is', () =>
      onEachDevice(async (stateDir) => {
        const proof = await prepare(stateDir);
        const path = await run(makeDisk({ fileSystem: withoutLinks().fileSystem }), proof, 'a.bin');
        assert.equal(sha256(path), proof.digests.sha256);
        writeFileSync(path, 'old');
        const again = await prepare(stateDir);
        await assert.rejects(run(makeDisk({ fileSystem: withoutLinks().fileSystem }), again, 'a.bin'), {
          code: 'destinationExists',
        });
        assert.equal(readFileSync(path, 'utf8'), 'old');
        const beside = await run(makeDisk({ fileSystem: withoutLinks().fileSystem }), again, 'a.bin', 'keepBoth');
        assert.equal(beside, join(root, 'a (2).bin'));
      }));
  });

  it('B29 takes a link whose answer got lost on the way for what it is', async () => {
    const proof = await prepare();
    const faultFs = new FaultFs().before('link', () => linkSync(folder.part, join(root, 'a.bin')));
    const path = await run(makeDisk({ fileSystem: faultFs.fileSystem }), proof, 'a.bin');
    assert.equal(path, join(root, 'a.bin'));
    assert.ok(!existsSync(folder.part));
  });

  describe('on Windows', () => {
    for (const errno of ['EPERM', 'EBUSY', 'EACCES']) {
      it(`B35 waits while a scanner holds the file (${errno})`, async () => {
        const proof = await prepare();
        const clock = new VirtualClock('skip');
        const faultFs = new FaultFs().fail({ operation: 'rename', nth: 1, times: 6, errno });
        const disk = makeDisk({ fileSystem: faultFs.fileSystem, clock, platform: 'win32' });
        const path = await run(disk, proof, 'a.bin', 'replace');
        assert.equal(sha256(path), proof.digests.sha256);
        assert.deepEqual(clock.sleepsMs, [20, 40, 80, 160, 320, 640]);
      });
    }

    it('B35 gives up after a while and keeps the verified part file', async () => {
      const proof = await prepare();
      writeFileSync(join(root, 'a.bin'), 'old');
      const clock = new VirtualClock('skip');
      const faultFs = new FaultFs().fail({ operation: 'rename', nth: 1, times: 1000, errno: 'EBUSY' });
      const disk = makeDisk({ fileSystem: faultFs.fileSystem, clock, platform: 'win32' });
      const publishing = run(disk, proof, 'a.bin', 'replace');
      await assert.rejects(publishing, (error: FetchError) => {
        return error.code === 'localIo' && /another program holds it/.test(error.message);
      });
      assert.ok(clock.nowMs() >= 15_000 && clock.nowMs() < 17_000, `${clock.nowMs()} ms`);
      assert.equal(readFileSync(join(root, 'a.bin'), 'utf8'), 'old');
      assert.equal(sha256(folder.part), proof.digests.sha256);
    });

    it('B35 stops waiting on cancel', async () => {
      const proof = await prepare();
      const controller = new AbortController();
      const reason = new FetchError('cancelled', 'x');
      const clock = new VirtualClock('hold');
      const faultFs = new FaultFs()
        .fail({ operation: 'rename', nth: 1, times: 1000, errno: 'EBUSY' })
        .before('rename', () => setImmediate(() => controller.abort(reason)));
      const disk = makeDisk({ fileSystem: faultFs.fileSystem, clock, platform: 'win32' });
      const { signal } = controller;
      await assert.rejects(run(disk, proof, 'a.bin', 'replace', { signal }), reason);
    });

    it('C06 C44 marks the file as from the internet before it takes its name, without its secrets', async () => {
      const proof = await prepare();
      const faultFs = new FaultFs();
      await run(makeDisk({ fileSystem: faultFs.fileSystem, platform: 'win32' }), proof, 'a.bin', 'replace');
      // Here a stream is a file of that name.
      const mark = readFileSync(`${folder.part}:Zone.Identifier`, 'utf8');
      assert.equal(mark, '[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.test/a.bin\r\n');
      const order = faultFs.calls.map(({ operation, path }) => `${operation} ${path}`);
      const marked = order.findIndex((call) => call === `open ${folder.part}:Zone.Identifier`);
      assert.ok(marked >= 0 && marked < order.findIndex((call) => call.startsWith('rename')));
    });

    it('C06 publishes where the file system has no streams', async () => {
      const proof = await prepare();
      const faultFs = new FaultFs().fail({ operation: 'open', nth: 1, errno: 'EINVAL', path: 'Zone.Identifier' });
      await run(makeDisk({ fileSystem: faultFs.fileSystem, platform: 'win32' }), proof, 'a.bin', 'replace');
    });
  });

  it('B35 does not wait elsewhere, where a refusal is a refusal', async () => {
    const proof = await prepare();
    const clock = new VirtualClock('skip');
    const faultFs = new FaultFs().fail({ operation: 'rename', nth: 1, errno: 'EACCES' });
    const disk = makeDisk({ fileSystem: faultFs.fileSystem, clock, platform: 'linux' });
    await assert.rejects(run(disk, proof, 'a.bin', 'replace'), { code: 'permissionDenied' });
    assert.deepEqual(clock.sleepsMs, []);
  });

  it('C44 writes no secret into the mark of the web', () => {
    assert.doesNotMatch(zoneIdentifier(URL), /CANARY|pw|user/);
  });

  it('B24 publishes although the folder cannot be flushed, and says so', async () => {
    const proof = await prepare();
    const faultFs = new FaultFs().fail({ operation: 'handle.sync', nth: 1, times: 9, errno: 'EIO', path: root });
    const disk = makeDisk({ fileSystem: faultFs.fileSystem });
    assert.equal(sha256(await run(disk, proof, 'a.bin')), proof.digests.sha256);
    assert.match(disk.logged.join(), /could not be flushed: EIO/);
  });
});
