import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { FetchError } from '../../../src/assets/fetchError';
import type { OverwritePolicy } from '../../../src/assets/request';
import { checkFreeSpace, checkSpace } from '../../../src/engine/freeSpace';
import { checkPathLength, fileNameOf, locateDestination, requireFree, resolvePlace } from '../../../src/engine/place';
import { FaultFs } from '../../support/faultFs';
import { RunningProcess } from '../../support/processes';
import { TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';

describe('place', () => {
  let temp: TempFolder;
  let root: string;
  const disk = makeDisk();

  beforeEach(async () => {
    temp = await TempFolder.make('place');
    root = temp.at('root');
    mkdirSync(root);
  });
  afterEach(() => temp.dispose());

  const resolve = (path: string, isFolder = false): ReturnType<typeof resolvePlace> =>
    resolvePlace(disk, { root, path, isFolder });

  it('finds existing folders and plans the missing ones, making none', async () => {
    mkdirSync(join(root, 'a'));
    assert.deepEqual(await resolve('a/b/c/file.bin'), {
      root,
      folder: join(root, 'a', 'b', 'c'),
      missingFolders: [join(root, 'a', 'b'), join(root, 'a', 'b', 'c')],
    });
    assert.deepEqual(await resolve('file.bin'), { root, folder: root, missingFolders: [] });
    assert.deepEqual((await resolve('a/b', true)).folder, join(root, 'a', 'b'));
    for (const path of ['', '.', './']) assert.equal((await resolve(path, true)).folder, root);
    assert.deepEqual(readdirSync(join(root, 'a')), []);
  });

  it('C43 I6 refuses paths that leave the root', async () => {
    for (const path of ['../x', 'a/../../x', '/etc/x', 'C:\\x', '..\\x', 'a/..', '..']) {
      await assert.rejects(resolve(path), { code: 'unsafePath' }, path);
      await assert.rejects(resolve(path, true), { code: 'unsafePath' }, path);
    }
  });

  it('B13 C43 refuses a folder that is a link out of the root', async () => {
    mkdirSync(temp.at('root2'));
    for (const target of [temp.at('root2'), '/', '..', '../root2']) {
      symlinkSync(target, join(root, 'link'));
      await assert.rejects(resolve('link/a.bin'), { code: 'unsafePath' }, target);
      await assert.rejects(resolve('link/deep/a.bin'), { code: 'unsafePath' }, target);
      await assert.rejects(resolve('link', true), { code: 'unsafePath' }, target);
      rmSync(join(root, 'link'));
    }
  });

  it('C05 I6 refuses a link into a place that tools obey, which the written path does not name', async () => {
    mkdirSync(join(root, '.git', 'hooks'), { recursive: true });
    symlinkSync(join('.git', 'hooks'), join(root, 'assets'));
    symlinkSync('.', join(root, 'here'));
    for (const path of ['assets/pre-commit', 'assets/deep/a.bin', 'here/assets/a.bin']) {
      await assert.rejects(resolve(path), { code: 'unsafePath' }, path);
    }
    await assert.rejects(resolve('assets', true), { code: 'unsafePath' });
    // Named as it is, the place is the caller's to ask for.
    assert.equal((await resolve('.git/hooks/pre-commit')).folder, join(root, '.git', 'hooks'));
    assert.equal((await resolve('here/.git/hooks/pre-commit')).folder, join(root, '.git', 'hooks'));
  });

  it('B13 refuses a folder that is a dangling link or a link to a file, and one that is a file', async () => {
    symlinkSync('nowhere', join(root, 'dangling'));
    writeFileSync(join(root, 'file'), '');
    symlinkSync('file', join(root, 'toFile'));
    for (const path of ['dangling/a', 'toFile/a', 'file/a', 'file/b/a']) {
      await assert.rejects(resolve(path), { code: 'unsafePath' }, path);
    }
  });

  it('follows links that stay inside the root, and a root that is a link', async () => {
    mkdirSync(join(root, 'real'));
    symlinkSync('real', join(root, 'link'));
    symlinkSync(root, temp.at('rootLink'));
    assert.equal((await resolve('link/a.bin')).folder, join(root, 'real'));
    const place = await resolvePlace(disk, { root: temp.at('rootLink'), path: 'real/a', isFolder: false });
    assert.deepEqual([place.root, place.folder], [root, join(root, 'real')]);
  });

  it('B30 fails where the root is gone or a file, and does not make it', async () => {
    const gone = temp.at('gone');
    writeFileSync(temp.at('file'), '');
    for (const missing of [gone, join(gone, 'deeper'), temp.at('file'), join(temp.at('file'), 'x')]) {
      const request = { root: missing, path: 'a/b.bin', isFolder: false };
      await assert.rejects(resolvePlace(disk, request), (error: FetchError) => {
        return error.code === 'localIo' && error.message.includes(missing) && error.details.path === missing;
      });
    }
    assert.ok(!existsSync(gone));
  });

  describe('locateDestination', () => {
    const locate = async (name: string, overwrite: OverwritePolicy): ReturnType<typeof locateDestination> =>
      locateDestination(disk, await resolve('', true), name, overwrite);

    it('B10 says what is there and leaves the verdict to the policy', async () => {
      writeFileSync(join(root, 'file'), '');
      symlinkSync('nowhere', join(root, 'link'));
      assert.equal((await locate('new', 'fail')).existing, 'nothing');
      assert.equal((await locate('file', 'fail')).existing, 'file');
      assert.equal((await locate('link', 'fail')).existing, 'link');
      for (const name of ['file', 'link']) {
        const destination = await locate(name, 'fail');
        assert.throws(() => requireFree(destination, 'fail'), { code: 'destinationExists' });
        requireFree(destination, 'replace');
        requireFree(destination, 'keepBoth');
      }
      requireFree(await locate('new', 'fail'), 'fail');
    });

    it('B09 refuses a folder or device of that name before anything is fetched, whatever the policy but keepBoth', async () => {
      mkdirSync(join(root, 'folder'));
      execFileSync('mkfifo', [join(root, 'fifo')]);
      for (const name of ['folder', 'fifo']) {
        for (const overwrite of ['fail', 'replace'] as const) {
          await assert.rejects(locate(name, overwrite), { code: 'destinationExists' });
        }
        assert.equal((await locate(name, 'keepBoth')).existing, 'other');
      }
    });

    it('I6 refuses names that are paths', async () => {
      for (const name of ['', '.', '..', '../x', 'a/b', '/etc/passwd']) {
        await assert.rejects(locate(name, 'fail'), { code: 'unsafePath' }, name);
      }
    });

    it('B33 refuses names that no file system stores, before anything is fetched', async () => {
      await assert.rejects(locate('x'.repeat(256), 'fail'), { code: 'unsafePath' });
      await assert.rejects(resolve(`${'x'.repeat(256)}/a`), { code: 'unsafePath' });
    });

    it('B33 judges the length of paths by the rules of each system', () => {
      const path = (length: number): string => `/${'x'.repeat(length - 1)}`;
      for (const [platform, longest] of [
        ['win32', 259],
        ['darwin', 1023 - 40],
        ['linux', 4095 - 40],
      ] as const) {
        checkPathLength(path(longest), platform);
        assert.throws(() => checkPathLength(path(longest + 1), platform), { code: 'unsafePath' }, platform);
      }
      // Bytes count on POSIX, UTF-16 units on Windows.
      checkPathLength(`/${'é'.repeat(200)}`, 'win32');
      assert.throws(() => checkPathLength(`/${'é'.repeat(500)}`, 'darwin'), { code: 'unsafePath' });
    });
  });

  describe('rights', () => {
    let program: string;
    before(async () => {
      const folder = await TempFolder.make('unprivileged');
      program = folder.at('unprivileged.cjs');
      await build({
        entryPoints: ['test/support/fixtures/unprivileged.ts'],
        ...{ bundle: true, platform: 'node', target: 'node20', outfile: program, logLevel: 'error' },
      });
      chmodSync(folder.path, 0o755);
    });
    after(() => rmSync(join(program, '..'), { recursive: true }));
    beforeEach(function () {
      if (process.platform === 'win32') this.skip();
      chmodSync(temp.path, 0o755);
    });

    async function runUnprivileged(...args: readonly string[]): Promise<{ code: string; message: string }> {
      const child = spawn(process.execPath, [program, ...args], { cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
      const { events, stderr } = await new RunningProcess(child).finished;
      const [result] = events;
      assert.ok(result !== undefined, stderr);
      assert.equal(result['canMake'], false, 'the check ran with rights that it should not have');
      return { code: String(result['code']), message: String(result['message']) };
    }

    it('B08 refuses a folder that may not be written', async () => {
      chmodSync(root, 0o555);
      const { code, message } = await runUnprivileged('fail', root, 'a.bin');
      assert.equal(code, 'permissionDenied');
      assert.ok(message.includes(root), message);
      assert.equal((await runUnprivileged('fail', root, 'new/folder/a.bin')).code, 'permissionDenied');
      assert.deepEqual(readdirSync(root), []);
    });

    it('B08 refuses a folder that may not be entered', async () => {
      mkdirSync(join(root, 'closed'));
      chmodSync(join(root, 'closed'), 0o000);
      chmodSync(root, 0o555);
      assert.equal((await runUnprivileged('fail', root, 'closed/deep/a.bin')).code, 'permissionDenied');
      assert.equal((await runUnprivileged('fail', root, 'closed/a.bin')).code, 'permissionDenied');
      chmodSync(join(root, 'closed'), 0o700);
    });

    it('B08 refuses a state folder that may not be written', async () => {
      chmodSync(root, 0o555);
      assert.equal((await runUnprivileged('state', root, '')).code, 'permissionDenied');
    });

    it('B08 does not replace a file that is write-protected', async () => {
      const open = join(root, 'open');
      mkdirSync(open);
      writeFileSync(join(open, 'a.bin'), 'old');
      chmodSync(join(open, 'a.bin'), 0o444);
      chmodSync(open, 0o777);
      chmodSync(root, 0o555);
      const { code, message } = await runUnprivileged('replace', root, 'open/a.bin');
      assert.equal(code, 'permissionDenied');
      assert.match(message, /write-protected/);
      assert.equal((await runUnprivileged('replace', root, 'open/new.bin')).code, 'none');
    });

    for (const errno of ['EROFS', 'EACCES', 'EPERM']) {
      it(`B08 refuses a folder that answers ${errno}, by name`, async () => {
        const { fileSystem } = new FaultFs().fail({ operation: 'access', nth: 1, errno });
        const resolving = resolvePlace(makeDisk({ fileSystem }), { root, path: 'a/b.bin', isFolder: false });
        await assert.rejects(resolving, (error: FetchError) => {
          return error.code === 'permissionDenied' && error.message.includes(root) && error.details.reason === errno;
        });
      });
    }
  });

  describe('checkFreeSpace', () => {
    it('B01 refuses what cannot fit, with both figures', async () => {
      const neededBytes = 2 ** 52;
      await assert.rejects(checkFreeSpace(disk, root, neededBytes), (error: FetchError) => {
        const { availableBytes = 0 } = error.details;
        assert.equal(error.details.neededBytes, neededBytes);
        assert.ok(availableBytes > 0 && availableBytes < neededBytes);
        assert.ok(error.message.includes(root) && error.message.includes(String(availableBytes)));
        return error.code === 'diskFull';
      });
      await checkFreeSpace(disk, root, 1);
    });

    it('B01 keeps a margin that suits the size', async () => {
      const faultFs = new FaultFs();
      const limited = makeDisk({ fileSystem: faultFs.fileSystem });
      const fits = async (freeBytes: number, neededBytes: number): Promise<boolean> => {
        faultFs.freeBytes = BigInt(freeBytes);
        return checkFreeSpace(limited, root, neededBytes).then(
          () => true,
          () => false,
        );
      };
      const KIB = 1024;
      assert.ok(await fits(65 * KIB, KIB - 64));
      assert.ok(!(await fits(64 * KIB, KIB)));
      const GIB = KIB ** 3;
      assert.ok(await fits(GIB + 4 * KIB ** 2, GIB));
      assert.ok(!(await fits(GIB + 4 * KIB ** 2 - 1, GIB)));
      assert.ok(await fits(0, 0));
    });

    it('B01 believes no file system that reports nothing', async () => {
      const silent = { ...disk.fileSystem };
      const unknown = { ...(await silent.statfs(root)), blocks: 0n, bavail: 0n };
      await checkFreeSpace(makeDisk({ fileSystem: { ...silent, statfs: () => Promise.resolve(unknown) } }), root, 5);
      const { fileSystem } = new FaultFs().fail({ operation: 'statfs', nth: 1, errno: 'ENOSYS' });
      await checkFreeSpace(makeDisk({ fileSystem }), root, 5);
    });

    it('B06 refuses at once what FAT cannot store', async () => {
      const fat = { ...(await disk.fileSystem.statfs(root)), type: 0x4d44n, bavail: 1n << 40n, bsize: 1n };
      const onFat = makeDisk({ fileSystem: { ...disk.fileSystem, statfs: () => Promise.resolve(fat) } });
      const place = await resolve('a.bin');
      const check = (totalBytes: number): Promise<void> =>
        checkSpace(onFat, temp.path, place, { totalBytes, keptBytes: 0 });
      await check(2 ** 32 - 1);
      await assert.rejects(check(2 ** 32), (error: FetchError) => {
        return error.code === 'localIo' && error.details.reason === 'EFBIG';
      });
    });

    it('B01 asks for the rest on the state device, and for the whole file on another one', async () => {
      const faultFs = new FaultFs();
      const limited = makeDisk({ fileSystem: faultFs.fileSystem });
      const place = await resolve('new/folder/a.bin');
      const size = { totalBytes: 10_000_000, keptBytes: 9_990_000 };
      faultFs.freeBytes = 1_000_000n;
      await checkSpace(limited, temp.path, place, size);
      assert.equal(faultFs.count('statfs'), 1);
      const elsewhere = {
        ...faultFs.fileSystem,
        stat: async (path: string) =>
          ({ ...(await disk.fileSystem.stat(path)), dev: path === root ? 7n : 8n }) as never,
      };
      await assert.rejects(checkSpace(makeDisk({ fileSystem: elsewhere }), temp.path, place, size), {
        code: 'diskFull',
        details: { path: root, neededBytes: 10_000_000, availableBytes: 1_000_000 },
      });
    });
  });
});

describe('fileNameOf', () => {
  it('C01 takes the name that the folders of the path leave over, on every system', () => {
    for (const path of ['name.bin', 'a/name.bin', 'a\\name.bin', './a/./name.bin']) {
      assert.equal(fileNameOf(path), 'name.bin');
    }
    assert.throws(() => fileNameOf('..'), { code: 'unsafePath' });
  });
});
