import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Checkpoint, type CheckpointKind } from '../../../src/engine/checkpoint';
import { VirtualClock } from '../../support/virtualClock';

const MIB = 1 << 20;
const TOTAL = 16 * 1024 * MIB;

interface Save {
  readonly kind: CheckpointKind;
  readonly atMs: number;
  readonly bytes: number;
}

/** A checkpoint that notes what it does; time is turned by hand. */
class Watched {
  readonly clock = new VirtualClock();
  readonly saves: Save[] = [];
  readonly flushes: Save[] = [];
  readonly failures: unknown[] = [];
  /** What the journal on disk vouches for. */
  savedBytes = 0;
  writtenBytes = 0;
  /** How long a save or a flush takes: until it resolves. */
  saving: () => Promise<void> = () => Promise.resolve();
  flushing: () => Promise<void> = () => Promise.resolve();
  readonly checkpoint = new Checkpoint(this.clock, {
    flush: async () => {
      this.flushes.push(this.mark('durable'));
      await this.flushing();
    },
    save: async (kind) => {
      const { writtenBytes } = this;
      this.saves.push(this.mark(kind));
      await this.saving();
      this.savedBytes = writtenBytes;
    },
    onFailed: (error) => this.failures.push(error),
  });

  /** Bytes came, and time passed with them. */
  async write(bytes: number, ms: number, totalBytes: number | null = TOTAL): Promise<void> {
    this.clock.advance(ms);
    this.writtenBytes += bytes;
    this.checkpoint.note(this.writtenBytes, totalBytes);
    await turn();
  }

  private mark(kind: CheckpointKind): Save {
    return { kind, atMs: this.clock.nowMs(), bytes: this.writtenBytes };
  }
}

/** What was started by resolved promises is through after it. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('Checkpoint', () => {
  it('D09 saves once a second, however often it is told', async () => {
    const watched = new Watched();
    for (let ms = 0; ms < 9_900; ms += 5) await watched.write(1_000, 5);
    assert.equal(watched.saves.length, 9);
    const gapsMs = watched.saves.map(({ atMs }, index) => atMs - (watched.saves[index - 1]?.atMs ?? 0));
    assert.ok(
      gapsMs.every((gapMs) => gapMs >= 1_000),
      gapsMs.join(', '),
    );
  });

  it('D09 saves nothing where nothing came', async () => {
    const watched = new Watched();
    for (let second = 0; second < 60; second += 1) await watched.write(0, 1_000);
    assert.deepEqual([watched.saves, watched.flushes], [[], []]);
    await watched.write(1, 1_000);
    for (let second = 0; second < 5; second += 1) await watched.write(0, 1_000);
    assert.deepEqual(
      watched.saves.map(({ kind }) => kind),
      ['quick', 'durable'],
    );
  });

  for (const [what, totalBytes, atStake] of [
    ['4 MiB of a file of unknown length', null, 4 * MIB],
    ['4 MiB of a small file', 100 * MIB, 4 * MIB],
    ['1/256 of a large file', TOTAL, TOTAL / 256],
  ] as const) {
    it(`D09 B23 has no more at stake than ${what} on a fast link`, async () => {
      const watched = new Watched();
      const blockBytes = 256 * 1024;
      for (let block = 0; block < 1_000; block += 1) {
        await watched.write(blockBytes, 0, totalBytes);
        const atStakeBytes = watched.writtenBytes - watched.savedBytes;
        assert.ok(atStakeBytes < atStake + blockBytes, `${atStakeBytes} bytes`);
      }
      const perSave = watched.writtenBytes / watched.saves.length;
      // A save that makes a flush count comes on top, one for 64 MiB.
      const leastPerSave = 1 / (1 / atStake + 1 / (64 * MIB));
      assert.ok(perSave >= leastPerSave, `a save for ${perSave.toFixed(0)} bytes`);
    });
  }

  it('D09 needs no more than a few hundred saves for a file of any size at any rate, besides one a second', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1 << 16 }).map((blocks) => blocks * MIB),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 64 * MIB }), fc.nat(3_000)), { maxLength: 200 }),
        async (totalBytes, steps) => {
          const watched = new Watched();
          for (const [bytes, ms] of steps) {
            const left = totalBytes - watched.writtenBytes;
            await watched.write(Math.min(bytes, left), ms, totalBytes);
          }
          const seconds = watched.clock.nowMs() / 1_000;
          const most = seconds + 256 + watched.flushes.length;
          assert.ok(watched.saves.length <= most, `${watched.saves.length} saves in ${seconds} s`);
          assert.ok(watched.flushes.length <= seconds / 10 + totalBytes / (64 * MIB));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('flushes every ten seconds or 64 MiB, and makes it count at once by a durable save', async () => {
    const watched = new Watched();
    for (let tick = 0; tick < 100; tick += 1) await watched.write(1_000, 100);
    await watched.write(1_000, 100);
    assert.deepEqual(
      watched.flushes.map(({ atMs }) => atMs),
      [10_000],
    );
    assert.deepEqual(
      watched.saves.filter(({ kind }) => kind === 'durable').map(({ atMs }) => atMs),
      [10_100],
    );
    await watched.write(64 * MIB, 0);
    assert.equal(watched.flushes.length, 2);
  });

  it('D09 has one save and one flush under way at a time, and a slow flush holds up no save', async () => {
    const watched = new Watched();
    watched.flushing = () => new Promise(() => undefined);
    for (let second = 0; second < 30; second += 1) await watched.write(1_000, 1_000);
    assert.deepEqual([watched.flushes.length, watched.saves.length], [1, 30]);
    let end = (): void => undefined;
    watched.saving = () => new Promise((resolve) => (end = resolve));
    for (let second = 0; second < 30; second += 1) await watched.write(1_000, 1_000);
    assert.equal(watched.saves.length, 31);
    end();
    await turn();
    await watched.write(1_000, 0);
    assert.equal(watched.saves.length, 32);
  });

  it('B02 B07 goes on where a save or a flush fails, and makes nothing count that was not flushed', async () => {
    const watched = new Watched();
    const [full, broken] = [new Error('full'), new Error('broken')];
    watched.saving = () => Promise.reject(full);
    watched.flushing = () => Promise.reject(broken);
    for (let second = 0; second < 12; second += 1) await watched.write(1_000, 1_000);
    assert.deepEqual(new Set(watched.failures), new Set([full, broken]));
    assert.ok(watched.saves.length > 1 && watched.saves.every(({ kind }) => kind === 'quick'));
  });

  it('settles when what is under way is through', async () => {
    const watched = new Watched();
    let end = (): void => undefined;
    watched.saving = () => new Promise((resolve) => (end = resolve));
    await watched.write(1_000, 1_000);
    let isSettled = false;
    const settling = watched.checkpoint.settle().then(() => (isSettled = true));
    await turn();
    assert.equal(isSettled, false);
    end();
    await settling;
  });
});
