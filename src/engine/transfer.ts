// One file's life, step by step: place, lease, state, download, proof, publication. Raises the FetchError that ended it.
import { basename } from 'node:path';
import { proposeFileName } from '../assets/destination';
import { FetchError } from '../assets/fetchError';
import { checkHeaders } from '../assets/headers';
import { isSensitivePath } from '../assets/sensitivePath';
import { describeVerification, type HashAlgorithm } from '../assets/integrity';
import type { FetchRequest, FetchResult } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import { fetchChecksums } from './checksums';
import { Download } from './download';
import type { EngineContext } from './engineContext';
import type { Answer } from './exchange';
import type { FileProof } from './fileDigest';
import { checkSpace } from './freeSpace';
import { acquireLease, type Lease } from './lease';
import { locateDestination, requireFree, resolvePlace, type Destination, type Place } from './place';
import { Proof } from './proof';
import { publish } from './publish';
import { RateMeter } from './rateMeter';
import { Sources } from './source';
import {
  detachPart,
  discardTransfer,
  makeTransferFolder,
  transferFolder,
  transferKey,
  type TransferFolder,
} from './transferFolder';
import { TransferState } from './transferState';
import type { RemoteObject } from './validator';

/** An event of one transfer; the queue adds the id. */
export type EventOfTransfer = DistributiveOmit<
  Extract<TransferEvent, { type: 'started' | 'progress' | 'retrying' | 'waiting' | 'verifying' }>,
  'id'
>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Journals are worth their writing from this size on; smaller files are fetched again. */
const JOURNAL_FROM_BYTES = 1024 * 1024;

export class Transfer {
  private readonly folder: TransferFolder;
  private readonly sources: Sources;
  private readonly proof: Proof;
  private readonly startMs: number;
  private readonly rate: RateMeter;
  private fetchedBytes = 0;
  private mostConnections = 0;
  private hasChecksums = false;

  /** Raises `invalidRequest` or `unsupportedUrl` for a request that can't be carried out at all. */
  constructor(
    private readonly context: EngineContext,
    private readonly request: FetchRequest,
    private readonly emit: (event: EventOfTransfer) => void,
    private readonly signal: AbortSignal,
  ) {
    checkHeaders(request.headers);
    this.sources = new Sources(request.urls);
    this.proof = new Proof(request);
    this.folder = transferFolder(context.config.stateDir, transferKey(request));
    this.startMs = context.disk.clock.nowMs();
    this.rate = new RateMeter(this.startMs);
  }

  /** Fetches, proves and publishes the file. An abort of the signal raises its reason and keeps the bytes. */
  async run(): Promise<FetchResult> {
    const place = await resolvePlace(this.context.disk, this.request);
    const present = await this.findPresent(place);
    if (present) return present;
    const { lease, hasWaited } = await this.obtainLease();
    try {
      return (hasWaited ? await this.findPresent(place) : null) ?? (await this.runWithLease(lease, place));
    } finally {
      await lease.release();
    }
  }

  /** Makes the transfer's folder and waits for its lease. An owner that is done removes the folder: then it is made anew. */
  private async obtainLease(): Promise<{ lease: Lease; hasWaited: boolean }> {
    const { disk } = this.context;
    let hasWaited = false;
    const onWaiting = (): void => {
      if (!hasWaited) this.emit({ type: 'waiting' });
      hasWaited = true;
    };
    for (;;) {
      await makeTransferFolder(disk, this.folder);
      try {
        return { lease: await acquireLease(disk, this.folder.dir, { signal: this.signal, onWaiting }), hasWaited };
      } catch (error) {
        if (!(error instanceof FetchError) || error.details.reason !== 'ENOENT') throw error;
        hasWaited = true;
      }
    }
  }

  /** The file, where it is at the destination already with the given hashes. Raises `destinationExists` where something else is. */
  private async findPresent(place: Place): Promise<FetchResult | null> {
    if (this.request.isFolder) return null;
    const { overwrite, path } = this.request;
    const destination = await locateDestination(this.context.disk, place, basename(path), overwrite);
    const present = await this.matchPresent(destination);
    if (!present) requireFree(destination, overwrite);
    return present;
  }

  private async matchPresent({ existing, path }: Destination): Promise<FetchResult | null> {
    const { integrity } = this.request;
    if (existing !== 'file' || integrity.length === 0) return null;
    const { sizeBytes, digests } = await this.digestPresent(path);
    if (integrity.some(({ algorithm, digestHex }) => digests[algorithm] !== digestHex)) return null;
    return this.describe(path, sizeBytes, digests.sha256 ?? '', describeVerification(integrity));
  }

  private async digestPresent(path: string): Promise<{ sizeBytes: number; digests: FileProof['digests'] }> {
    const { disk, hasher } = this.context;
    const cache = await this.context.openCache();
    const algorithms = new Set<HashAlgorithm>(['sha256', ...this.request.integrity.map(({ algorithm }) => algorithm)]);
    const known = await cache.lookup(path);
    if (known && [...algorithms].every((algorithm) => known.digests[algorithm] !== undefined)) return known;
    const sizeBytes = Number((await disk.fileSystem.stat(path)).size);
    const { digests } = await hasher.start(path, [...algorithms]).finish(sizeBytes);
    await cache.record(path, digests);
    return { sizeBytes, digests };
  }

  private async runWithLease(lease: Lease, place: Place): Promise<FetchResult> {
    const { disk } = this.context;
    if (!lease.isFormerOwnerGone) await detachPart(disk, this.folder);
    const state = await TransferState.open(this.context, this.folder, this.request, this.proof);
    this.sources.current.hasDelivered = state.isOfSameUrl && state.resumedBytes > 0;
    try {
      const destination = await this.obtain(state, place);
      const { fileProof, verifiedBy } = destination;
      await lease.assertHeld();
      await state.close();
      const { overwrite, isExecutable, urls } = this.request;
      const path = await publish(disk, {
        ...{
          folder: this.folder,
          destination: destination.at,
          overwrite,
          isExecutable,
          proof: fileProof,
          signal: this.signal,
        },
        url: urls[0] ?? '',
      });
      await (await this.context.openCache()).record(path, fileProof.digests);
      await discardTransfer(disk, this.folder);
      return this.describe(
        path,
        state.work.totalBytes ?? 0,
        fileProof.digests.sha256 ?? '',
        verifiedBy,
        state.resumedBytes,
      );
    } catch (error) {
      throw await this.putAway(state, error);
    }
  }

  /** Downloads until the proof holds: a mismatch is met with one fresh start, then with the other mirrors, then given up. */
  private async obtain(
    state: TransferState,
    place: Place,
  ): Promise<{ at: Destination; fileProof: FileProof; verifiedBy: string }> {
    let at: Destination | null = null;
    const onObject = async (answer: Answer, object: RemoteObject): Promise<void> => {
      at = await this.prepare(state, place, answer, object);
    };
    for (;;) {
      const download = this.makeDownload(state, onObject);
      try {
        await download.run(this.signal);
      } finally {
        this.fetchedBytes += download.fetchedBytes;
        this.mostConnections = Math.max(this.mostConnections, download.mostConnections);
      }
      at ??= await this.locate(state, place);
      const proven = await this.prove(state);
      if (proven) return { at, ...proven };
    }
  }

  private makeDownload(
    state: TransferState,
    onObject: (answer: Answer, object: RemoteObject) => Promise<void>,
  ): Download {
    const { budget, config, disk, http, isLocallyBound, onChunk, random } = this.context;
    const { connectionsPerFile, idleTimeoutMs, retries } = config;
    const download: Download = new Download(
      { http, budget, clock: disk.clock, random, connectionsPerFile, retries, idleTimeoutMs, isLocallyBound, onChunk },
      this.request,
      this.sources,
      state.remote,
      state.part,
      state.work,
      {
        onObject,
        onWritten: () => state.noteProgress(),
        onReset: () => state.reset(),
        onRetry: (attempt, delayMs, { code, message, details }) =>
          this.emit({ type: 'retrying', attempt, attempts: retries, delayMs, error: { code, message, details } }),
        onTick: () => this.report(state, download),
      },
    );
    return download;
  }

  /** The first response is in: its name, its hashes and its size are judged before a byte is written. */
  private async prepare(
    state: TransferState,
    place: Place,
    answer: Answer,
    object: RemoteObject,
  ): Promise<Destination> {
    const { disk, config } = this.context;
    state.name ??= this.request.isFolder ? proposeName(answer, this.request) : basename(this.request.path);
    const destination = await this.locate(state, place);
    const { totalBytes } = object;
    if (totalBytes !== null) {
      await checkSpace(disk, config.stateDir, place, { totalBytes, keptBytes: state.work.writtenBytes });
    }
    this.proof.readPublished(answer);
    await this.readChecksums(state.name);
    state.startHash();
    this.emit({
      type: 'started',
      name: state.name,
      key: this.folder.key,
      totalBytes,
      resumedBytes: state.resumedBytes,
    });
    if (totalBytes === null || totalBytes >= JOURNAL_FROM_BYTES) await state.save('quick');
    return destination;
  }

  private async locate(state: TransferState, place: Place): Promise<Destination> {
    const { overwrite, path } = this.request;
    const destination = await locateDestination(this.context.disk, place, state.name ?? basename(path), overwrite);
    requireFree(destination, overwrite);
    return destination;
  }

  private async readChecksums(fileName: string): Promise<void> {
    const { checksumUrl } = this.request;
    if (checksumUrl === null || this.hasChecksums) return;
    this.proof.addChecksums(await fetchChecksums(this.context.http, this.request, checksumUrl, fileName, this.signal));
    this.hasChecksums = true;
  }

  private async prove(state: TransferState): Promise<{ fileProof: FileProof; verifiedBy: string } | null> {
    this.emit({ type: 'verifying' });
    const fileProof = await state.prove();
    try {
      return { fileProof, verifiedBy: this.proof.check(fileProof, state.remote.isLengthProven) };
    } catch (error) {
      if (!(error instanceof FetchError) || !this.chooseAfterMismatch(state, error)) throw error;
      this.context.disk.log('warn', `${error.message} Fetching it once more.`);
    }
    await state.reset();
    state.work.reset();
    state.remote.forget();
    return null;
  }

  /** Bytes that were resumed, came through caches or of several servers get a second chance; a source that was alone does not. */
  private chooseAfterMismatch(state: TransferState, error: FetchError): boolean {
    const { remote } = state;
    if (remote.isCautious) this.sources.current.dropped = error;
    remote.isCautious = true;
    remote.refuseRanges();
    this.sources.forgetDelivered();
    const next = this.sources.current.dropped ? this.sources.next() : this.sources.current;
    if (next) this.sources.current = next;
    return next !== null;
  }

  private report({ work }: TransferState, { fetchedBytes, openConnections }: Download): void {
    this.rate.sample(this.context.disk.clock.nowMs(), this.fetchedBytes + fetchedBytes);
    const { bytesPerSecond } = this.rate;
    const { receivedBytes, totalBytes } = work;
    this.emit({ type: 'progress', receivedBytes, totalBytes, bytesPerSecond, connections: openConnections });
  }

  /** Closes the state of a transfer that failed; bytes that can serve a later run are kept, and the error says how many. */
  private async putAway(state: TransferState, error: unknown): Promise<unknown> {
    const isUseless = error instanceof FetchError && USELESS_AFTER.has(error.code);
    const keptBytes = isUseless || !state.mayBeResumed ? 0 : state.work.writtenBytes;
    if (keptBytes > 0) await state.keep();
    await state.close();
    if (keptBytes === 0) await discardTransfer(this.context.disk, this.folder);
    return error instanceof FetchError ? error.with({ keptBytes }) : error;
  }

  private describe(path: string, bytes: number, sha256: string, verifiedBy: string, resumedBytes = 0): FetchResult {
    const seconds = Math.round(this.context.disk.clock.nowMs() - this.startMs) / 1000;
    const { fetchedBytes, mostConnections } = this;
    return { path, bytes, sha256, verifiedBy, seconds, fetchedBytes, resumedBytes, connections: mostConnections };
  }
}

/** After these nothing on disk is of any more use. */
const USELESS_AFTER: ReadonlySet<string> = new Set(['integrityMismatch', 'sizeMismatch', 'tooLarge', 'objectChanged']);

/**
 * Servers name files in Content-Disposition; else the address that was asked for does, or the one that answered. In folders
 * that programs obey (`.git`, `.vscode`) the server has no say.
 */
function proposeName({ response, finalUrl }: Answer, { urls, root, path }: FetchRequest): string {
  const url = new URL(urls[0] ?? '');
  const hasExtension = /\.[^./]+$/.test(url.pathname);
  return proposeFileName({
    contentDisposition: isSensitivePath(`${root}/${path}/any`) ? [] : response.head.headers.all('content-disposition'),
    url: hasExtension ? url : finalUrl,
  });
}
