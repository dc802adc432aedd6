// One chain of kills: the same command, killed at random instants until a run is left to finish, and what must hold after each.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { assertBody, bodyBytes, bodySha256 } from '../support/body';
import { assertNoCanary } from '../support/canary';
import type { FaultServer } from '../support/faultServer';
import { killAtRandom, startCli, type ProcessResult } from '../support/processes';
import { drawInteger, type Random } from '../support/random';
import type { TempFolder } from '../support/tempFolder';
import { checkJournals } from './journalCheck';
import type { KillFigures } from './killFigures';

/** What a chain works on, drawn from its seed. */
export interface Chain {
  readonly sizeBytes: number;
  /** Rate of one connection. */
  readonly bytesPerSecond: number;
  readonly hasIntegrity: boolean;
  /** Bytes at the destination before; null: nothing there. */
  readonly oldBytes: Buffer | null;
  /** The object changes to another one of the same size after so many kills; null: never. */
  readonly changesAfterKills: number | null;
}

const MEBIBYTE = 1 << 20;
/** Fast chains are mostly killed during start-up and publication, slow ones between checkpoints. */
const FAST_BYTES_PER_SECOND = 24 * MEBIBYTE;
const SLOW_TRANSFER_SECONDS = 2;
const SLOW_SHARE = 0.35;
const LATE_SHARE = 0.25;
const PUBLICATION_MS = 40;
/** Start-up and publication, on a busy machine. */
const OVERHEAD_MS = 500;
const CANARY = 'canary-5f1c2a9e77';
const FIRST_SEED = 1;
const SECOND_SEED = 2;
/** A kill costs what came since the last checkpoint, which is due every second; a busy machine may be late with it. */
const COST_PER_KILL_SECONDS = 1.5;
const SPLIT_FROM_BYTES = 8 * MEBIBYTE;
const MOST_CONNECTIONS = 8;
const IN_FLIGHT_BYTES = MEBIBYTE;

/** Draws what a chain works on. */
export function drawChain(random: Random): Chain {
  const hasIntegrity = random() < 0.5;
  const sizeBytes =
    random() < 0.2 ? drawInteger(random, 8 * MEBIBYTE, 12 * MEBIBYTE) : drawInteger(random, 0, 4 * MEBIBYTE);
  const slowBytesPerSecond = Math.max(64 * 1024, Math.round(sizeBytes / SLOW_TRANSFER_SECONDS));
  return {
    sizeBytes,
    bytesPerSecond: random() < SLOW_SHARE ? slowBytesPerSecond : FAST_BYTES_PER_SECOND,
    hasIntegrity,
    oldBytes: random() < 0.5 ? Buffer.from('what was here before') : null,
    changesAfterKills: !hasIntegrity && random() < 0.3 ? drawInteger(random, 1, 2) : null,
  };
}

/** Throws at the first broken promise. Server and folder are the caller's to end. */
export class KillChain {
  private seedServed = FIRST_SEED;
  private kills = 0;
  private hasPublished = false;
  private readonly results: ProcessResult[] = [];

  constructor(
    private readonly chain: Chain,
    private readonly server: FaultServer,
    private readonly folder: TempFolder,
    private readonly random: Random,
    private readonly figures: KillFigures,
  ) {}

  async run(): Promise<void> {
    const { chain, server, folder, figures } = this;
    await mkdir(folder.at('root'));
    if (chain.oldBytes !== null) await writeFile(this.destination, chain.oldBytes);
    server.fault(null, 'all', { bytesPerSecond: chain.bytesPerSecond });
    this.serve();
    const mostKills = drawInteger(this.random, 1, 4);
    let isOver = false;
    while (!isOver && this.kills < mostKills) isOver = await this.runAndKill();
    if (!isOver) this.assertFinished(await this.start().finished);
    this.assertOneObject(readFileSync(this.destination));
    assert.equal(readFileSync(this.destination).length, chain.sizeBytes);
    assert.deepEqual(await readdir(folder.at('root')), ['out.bin'], 'nothing else in the folder');
    this.assertCost();
    this.assertSecretKept();
    figures.chains += 1;
    figures.fileBytes += chain.sizeBytes;
  }

  private get destination(): string {
    return this.folder.at('root', 'out.bin');
  }

  /** About when a run from the start would have ended. */
  private get latestKillMs(): number {
    const { sizeBytes, bytesPerSecond } = this.chain;
    return OVERHEAD_MS + (sizeBytes / bytesPerSecond) * 1000;
  }

  /** Returns whether the run got to its end before the kill. */
  private async runAndKill(): Promise<boolean> {
    const result = await this.startAndKill();
    this.results.push(result);
    if (result.signal === null) {
      this.figures.escapes += 1;
      this.assertFinished(result);
      return true;
    }
    this.kills += 1;
    this.figures.kills += 1;
    const isPublished = this.assertDestinationWhole();
    if (isPublished) {
      this.hasPublished = true;
      this.figures.publishedKills += 1;
    }
    this.figures.journalsChecked += await checkJournals(this.folder.at('state'), [FIRST_SEED, SECOND_SEED]);
    if (!isPublished) this.changeObject();
    return isPublished && (await this.acceptPublished());
  }

  /** Anywhere in the run, or, to meet publication often enough, within moments of the last byte. */
  private async startAndKill(): Promise<ProcessResult> {
    const { random } = this;
    const isLate = random() < LATE_SHARE;
    const running = this.start();
    if (!isLate) return killAtRandom(running, random, this.latestKillMs);
    await Promise.race([running.waitForEvent('verifying'), running.finished]).catch(() => undefined);
    return killAtRandom(running, random, PUBLICATION_MS);
  }

  /** Killed after publication: the same command finds the file there, or what `replace` makes of it. */
  private async acceptPublished(): Promise<boolean> {
    this.assertFinished(await this.start().finished);
    return true;
  }

  private start(): ReturnType<typeof startCli> {
    const { chain, folder, server } = this;
    const integrity = chain.hasIntegrity ? ['--integrity', `sha256:${bodySha256(FIRST_SEED, chain.sizeBytes)}`] : [];
    const url = `${server.origin}/a?token=${CANARY}`;
    const places = ['-o', this.destination, '--state-dir', folder.at('state'), '--overwrite', 'replace'];
    return startCli(['get', url, ...places, ...integrity, '--json']);
  }

  private serve(): void {
    const { sizeBytes } = this.chain;
    this.server.serve('/a', { sizeBytes, seed: this.seedServed, etag: `"${this.seedServed}"` });
  }

  private changeObject(): void {
    if (this.chain.changesAfterKills !== this.kills) return;
    this.seedServed = SECOND_SEED;
    this.serve();
  }

  /** I1, I4: what is at the destination is nothing, what was there, or one whole object. Returns whether it is an object. */
  private assertDestinationWhole(): boolean {
    const { oldBytes, sizeBytes } = this.chain;
    if (!existsSync(this.destination)) {
      assert.equal(oldBytes, null, 'the old file must stay until the new one is there');
      return false;
    }
    const bytes = readFileSync(this.destination);
    if (oldBytes?.equals(bytes) === true) return false;
    assert.equal(bytes.length, sizeBytes, 'size at the destination after a kill');
    this.assertOneObject(bytes);
    return true;
  }

  /** I2. A file that had come in full before the object changed is as good as the new one: nothing is left to ask for. */
  private assertOneObject(bytes: Buffer): void {
    const seeds = [FIRST_SEED, SECOND_SEED];
    const isFirst = bytes.subarray(0, 64).equals(bodyBytes(FIRST_SEED, 0, Math.min(64, bytes.length)));
    assertBody(bytes, isFirst ? FIRST_SEED : this.seedServed, 0, seeds);
  }

  private assertFinished(result: ProcessResult): void {
    this.results.push(result);
    assert.equal(result.code, 0, `exit ${String(result.code)}: ${result.stdout}${result.stderr}`);
    assert.equal(result.events.filter(({ event }) => event === 'done').length, 1);
  }

  /** B23: a kill costs at most the bytes since the last checkpoint. */
  private assertCost(): void {
    const { chain, figures, server } = this;
    // `replace` without a hash fetches a file anew that is there already.
    if (chain.changesAfterKills !== null || chain.oldBytes !== null || this.hasPublished) return;
    const wastedBytes = Math.max(0, server.bodyBytesSent - chain.sizeBytes);
    const connections = chain.sizeBytes < SPLIT_FROM_BYTES ? 1 : MOST_CONNECTIONS;
    const killedBytes = this.kills * COST_PER_KILL_SECONDS * chain.bytesPerSecond * connections;
    // Each split breaks off a response, and what is on the way by then is lost, kill or no kill.
    const splitBytes = (this.kills + 1) * (connections - 1) * IN_FLIGHT_BYTES;
    const costBytes = killedBytes + splitBytes;
    assert.ok(wastedBytes <= costBytes, `${wastedBytes} bytes wasted by ${this.kills} kills`);
    figures.wastedBytes += wastedBytes;
  }

  /** I7: the query of the URL is a secret. */
  private assertSecretKept(): void {
    const texts = Object.fromEntries(this.results.map(({ stdout, stderr }, i) => [`output ${i}`, stdout + stderr]));
    assertNoCanary(CANARY, { folders: [this.folder.path], texts });
  }
}
