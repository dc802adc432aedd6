import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { FetchError } from '../../../src/assets/fetchError';
import type { Disk } from '../../../src/engine/disk';
import { nodeFileSystem, type FileSystem } from '../../../src/engine/fileSystem';
import { acquireLease, isLeased, type Lease } from '../../../src/engine/lease';
import { formatLease, parseLease, type LeaseRecord } from '../../../src/engine/leaseRecord';
import { FaultFs, type DiskOperation } from '../../support/faultFs';
import { TempFolder } from '../../support/tempFolder';
import { makeDisk } from '../../support/testDisk';
import { VirtualClock } from '../../support/virtualClock';

const NEVER = new AbortController().signal;

describe('lease', () => {
  let temp: TempFolder;
  beforeEach(async () => {
    temp = await TempFolder.make('lease');
  });
  afterEach(() => temp.dispose());

  const leaseFile = (): string => temp.at('lease.json');
  const acquire = (disk: Disk, signal = NEVER, onWaiting = (): void => undefined): Promise<Lease> =>
    acquireLease(disk, temp.path, { signal, onWaiting });

  /** Writes the lease of somebody else. */
  function plant(name: string, changed: Partial<LeaseRecord> = {}): LeaseRecord {
    const { self } = makeDisk().processes;
    const lease: LeaseRecord = {
      version: 1,
      ownerId: randomUUID(),
      pid: 2 ** 22 + 1,
      threadId: 0,
      processStartedAt: '1',
      host: self.host,
      bootId: self.bootId,
      heartbeatAtMs: Date.now(),
      ...changed,
    };
    writeFileSync(temp.at(name), formatLease(lease));
    return lease;
  }

  it('is held until released, and leaves nothing', async () => {
    const disk = makeDisk();
    const lease = await acquire(disk);
    await lease.assertHeld();
    assert.ok(lease.isFormerOwnerGone);
    assert.ok(await isLeased(disk, temp.path));
    await lease.release();
    await lease.release();
    assert.deepEqual(temp.files(), []);
    assert.ok(!(await isLeased(disk, temp.path)));
    await assert.rejects(lease.assertHeld(), { code: 'busy' });
  });

  it('B27 makes the second asker wait, tells it once, and lets it in when the first is done', async () => {
    const first = await acquire(makeDisk());
    let waits = 0;
    const clock = new VirtualClock('hold');
    const second = acquire(makeDisk({ clock }), NEVER, () => (waits += 1));
    for (let poll = 0; poll < 5; poll += 1) await nextSleep(clock, poll);
    assert.equal(waits, 1);
    await first.release();
    clock.advance(1000);
    const lease = await second;
    assert.equal(waits, 1);
    await lease.release();
  });

  it('B27 ends the waiting with `cancelled`', async () => {
    const lease = await acquire(makeDisk());
    for (const reason of [undefined, new FetchError('cancelled', 'by the person')]) {
      const controller = new AbortController();
      const waiting = acquire(makeDisk(), controller.signal, () => controller.abort(reason));
      await assert.rejects(waiting, reason ?? { code: 'cancelled' });
    }
    await lease.assertHeld();
    await lease.release();
  });

  it('B28 takes the lease of a killed process over at once', async () => {
    const dead = plant('lease.json');
    const clock = new VirtualClock('skip');
    const lease = await acquire(makeDisk({ clock }));
    assert.deepEqual(clock.sleepsMs, []);
    assert.ok(lease.isFormerOwnerGone);
    assert.notEqual(parseLease(readFileSync(leaseFile()))?.ownerId, dead.ownerId);
    await lease.release();
    assert.deepEqual(temp.files(), []);
  });

  it('B28 is not fooled by a PID that was given to another process', async () => {
    plant('lease.json', { pid: process.pid, processStartedAt: '1' });
    const lease = await acquire(makeDisk());
    await lease.assertHeld();
    await lease.release();
  });

  it('B28 waits a bounded time for a lease that nobody can read', async () => {
    writeFileSync(leaseFile(), '\0\0\0\0');
    const clock = new VirtualClock('skip');
    const lease = await acquire(makeDisk({ clock }));
    assert.ok(clock.nowMs() >= 3_000 && clock.nowMs() < 4_000, `${clock.nowMs()} ms`);
    await lease.release();
  });

  it('B28 gives up on a process that lives and is silent', async function () {
    const { self } = makeDisk().processes;
    if (self.startedAt === null) return this.skip();
    const owner = { pid: process.pid, processStartedAt: self.startedAt, threadId: self.threadId };
    plant('lease.json', { ...owner, heartbeatAtMs: Date.now() - 61_000 });
    const clock = new VirtualClock('skip');
    const waiting = acquire(makeDisk({ clock }));
    await assert.rejects(waiting, (error: FetchError) => error.code === 'busy' && /process \d+/.test(error.message));
    assert.ok(clock.nowMs() >= 5_000 && clock.nowMs() < 6_000, `${clock.nowMs()} ms`);
  });

  it('B28 takes over from a silent machine, and warns that it may only sleep', async () => {
    plant('lease.json', { host: 'elsewhere', heartbeatAtMs: Date.now() - 61_000 });
    const lease = await acquire(makeDisk({ clock: new VirtualClock('skip') }));
    assert.equal(lease.isFormerOwnerGone, false);
    await lease.release();
  });

  it('B28 goes on where a taker was killed in the middle of taking over', async () => {
    const dead = plant('lease.json');
    const killedTaker = plant(`lease.after-${dead.ownerId}.json`);
    const lease = await acquire(makeDisk());
    await lease.assertHeld();
    await lease.release();
    assert.ok(!existsSync(temp.at(`lease.after-${killedTaker.ownerId}.json`)));
    await (await acquire(makeDisk())).release();
  });

  it('B28 a taker that judged too early does not take what another has taken meanwhile', async () => {
    const dead = plant('lease.json');
    let winner: Lease | null = null;
    // Right before the slow taker creates its file, a fast one takes over completely.
    const faultFs = new FaultFs().before('link', async () => {
      winner = await acquire(makeDisk());
    });
    const controller = new AbortController();
    const slow = acquire(makeDisk({ fileSystem: faultFs.fileSystem }), controller.signal, () => controller.abort());
    await assert.rejects(slow, { code: 'cancelled' });
    await winner!.assertHeld();
    assert.ok(!existsSync(temp.at(`lease.after-${dead.ownerId}.json`)));
    await winner!.release();
    assert.deepEqual(temp.files(), []);
  });

  it('B28 a taker that judged too early does not follow a lease that is free by now', async () => {
    plant('lease.json');
    const faultFs = new FaultFs().before('link', async () => {
      await (await acquire(makeDisk())).release();
    });
    const lease = await acquire(makeDisk({ fileSystem: faultFs.fileSystem }));
    await lease.assertHeld();
    await lease.release();
    assert.deepEqual(temp.files(), []);
  });

  it('B28 never lets two in, whichever call of the slower taker the faster one cuts in at', async () => {
    const operations: readonly DiskOperation[] = ['readFile', 'open', 'handle.write', 'link', 'rename', 'unlink'];
    for (const operation of operations) {
      for (const planted of [true, false]) {
        if (planted) plant('lease.json');
        let holders = 0;
        let most = 0;
        const use = async (disk: Disk): Promise<void> => {
          const lease = await acquire(disk);
          holders += 1;
          most = Math.max(most, holders);
          await lease.assertHeld();
          await new Promise((resolve) => setImmediate(resolve));
          holders -= 1;
          await lease.release();
        };
        let rival: Promise<void> = Promise.resolve();
        const faultFs = new FaultFs().before(operation, () => {
          rival = use(makeDisk());
          return new Promise((resolve) => setTimeout(resolve, 5));
        });
        await use(makeDisk({ fileSystem: faultFs.fileSystem }));
        await rival;
        assert.equal(most, 1, operation);
        assert.deepEqual(temp.files(), [], operation);
      }
    }
  });

  it('B29 notices the loss where a lying file system let two in', async () => {
    // The second asker sees a stale, empty folder, and its exclusive creation replaces what is there.
    const lying: FileSystem = { ...nodeFileSystem, link: (from, to) => copyFile(from, to) };
    const stale = new FaultFs(lying).fail({ operation: 'readFile', nth: 1, errno: 'ENOENT' });
    const first = await acquire(makeDisk());
    const second = await acquire(makeDisk({ fileSystem: stale.fileSystem }));
    await assert.rejects(first.assertHeld(), { code: 'busy' });
    await second.assertHeld();
    await first.release();
    await second.assertHeld();
    await second.release();
  });

  it('B29 works on file systems without hard links', async () => {
    for (const errno of ['EPERM', 'ENOTSUP', 'ENOSYS', 'EISDIR']) {
      plant('lease.json');
      const { fileSystem } = new FaultFs().fail({ operation: 'link', nth: 1, times: 99, errno });
      const lease = await acquire(makeDisk({ fileSystem }));
      await lease.assertHeld();
      await lease.release();
      assert.deepEqual(temp.files(), [], errno);
    }
  });

  it('beats while it is held, and not after', async () => {
    const clock = new VirtualClock('hold');
    let nowMs = 1_700_000_000_000;
    const disk = makeDisk({ clock, wallClockMs: () => nowMs });
    const lease = await acquire(disk);
    const heartbeat = (): number | undefined => parseLease(readFileSync(leaseFile()))?.heartbeatAtMs;
    assert.equal(heartbeat(), nowMs);
    nowMs += 2_000;
    clock.advance(2_000);
    while (heartbeat() !== nowMs) await new Promise((resolve) => setImmediate(resolve));
    await lease.release();
    clock.advance(10_000);
    assert.deepEqual(temp.files(), []);
  });

  it('B28 a late beat of a former owner spoils nothing', async () => {
    const clock = new VirtualClock('hold');
    const sleeper = await acquire(makeDisk({ clock }));
    unlinkSync(leaseFile());
    const owner = await acquire(makeDisk());
    const before = readFileSync(leaseFile());
    clock.advance(4_000);
    await sleeper.release();
    assert.deepEqual(readFileSync(leaseFile()), before);
    await owner.assertHeld();
    await owner.release();
  });

  it('B02 B08 tells a full or read-only state folder, and holds nothing then', async () => {
    for (const [operation, errno, code] of [
      ['open', 'EROFS', 'permissionDenied'],
      ['handle.write', 'ENOSPC', 'diskFull'],
      ['rename', 'EIO', 'localIo'],
    ] as const) {
      plant('lease.json');
      const { fileSystem } = new FaultFs().fail({ operation, nth: 1, errno });
      await assert.rejects(acquire(makeDisk({ fileSystem })), { code });
      assert.deepEqual(readdirSync(temp.path), ['lease.json']);
      await (await acquire(makeDisk())).release();
    }
  });
});

/** Lets the waiter poll once more. */
async function nextSleep(clock: VirtualClock, count: number): Promise<void> {
  while (clock.sleepsMs.length <= count) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(250);
}
