// One file's life, step by step: place, state, download, proof, publication. Raises the FetchError that ended it.
import { basename } from 'node:path';
import { proposeFileName } from '../assets/destination';
import { FetchError } from '../assets/fetchError';
import { checkHeaders } from '../assets/headers';
import type { FetchRequest, FetchResult } from '../assets/request';
import { isSensitivePath } from '../assets/sensitivePath';
import type { TransferEvent } from '../bridge/protocol';
import { fetchChecksums } from './checksums';
import { deliver, type Obtained } from './delivery';
import { Download } from './download';
import type { EngineContext } from './engineContext';
import type { Answer } from './exchange';
import { FolderHold, Superseded } from './folderHold';
import { checkSpace } from './freeSpace';
import { locateDestination, requireFree, type Destination, type Place } from './place';
import { findJustPublished, findPresent, type PresentFile } from './presentFile';
import { Proof } from './proof';
import { RateMeter } from './rateMeter';
import { Sources } from './source';
import { discardTransfer, transferFolder, transferKey, type TransferFolder } from './transferFolder';
import { hashUrl, TransferState, type Proven } from './transferState';
import type { RemoteObject } from './validator';

/** An event of one transfer; the queue adds the id. */
export type EventOfTransfer = WithoutId<Exclude<TransferEvent, { type: 'done' | 'failed' }>>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A file up to this stays in memory until it is proven: a part file, a journal and a lease would cost more than it. */
const MOST_MEMORY_BYTES = 1024 * 1024;
/** But not for longer than this: a kill costs a second at most. */
const MOST_MEMORY_MS = 1_000;
/** Progress is told at most ten times a second. */
const PROGRESS_MS = 100;
/** Saving the state of a transfer that failed in memory waits no longer than this for another process. */
const KEEP_WAIT_MS = 1_000;

/** After these nothing on disk is of any more use. */
const USELESS_AFTER: ReadonlySet<string> = new Set(['integrityMismatch', 'sizeMismatch', 'tooLarge', 'objectChanged']);

export class Transfer {
  private readonly folder: TransferFolder;
  private readonly sources: Sources;
  private readonly proof: Proof;
  private readonly hold: FolderHold;
  private readonly startMs: number;
  private readonly rate: RateMeter;
  /** Ends the download from within, besides the caller's signal. */
  private failure = new AbortController();
  private materializing: Promise<void> | null = null;
  /** Where the file goes; null for a request that leaves the name to the server. */
  private named: Destination | null = null;
  private lastProgressMs = -Infinity;
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
    this.hold = new FolderHold(context.disk, this.folder, () => this.emit({ type: 'waiting' }));
    this.startMs = context.disk.clock.nowMs();
    this.rate = new RateMeter(this.startMs);
  }

  /** Fetches, proves and publishes the file. An abort of the signal raises its reason and keeps the bytes. */
  async run(): Promise<FetchResult> {
    const place = await this.context.places.resolve(this.request);
    try {
      for (;;) {
        try {
          return this.describe((await this.findPresent(place)) ?? (await this.fetch(place)));
        } catch (error) {
          if (!(error instanceof Superseded)) throw error;
        }
      }
    } finally {
      await this.hold.release();
    }
  }

  /** The file, where it is at the destination already. Raises `destinationExists` where something else is. */
  private async findPresent(place: Place): Promise<PresentFile | null> {
    if (this.request.isFolder) return null;
    const destination = (this.named = await this.locate(place, basename(this.request.path)));
    const isOthersWork = this.hold.othersUrlHash === hashUrl(this.request.urls[0] ?? '');
    const present =
      (await findPresent(this.context, this.request, destination)) ??
      (isOthersWork ? await findJustPublished(this.context, destination) : null);
    if (!present) requireFree(destination, this.request.overwrite);
    return present;
  }

  private async fetch(place: Place): Promise<PresentFile & { resumedBytes: number }> {
    this.failure = new AbortController();
    this.materializing = null;
    if (await this.hold.exists()) await this.hold.take(this.signal);
    const state = new TransferState(this.context, this.folder, this.request, this.proof, this.hold, (error) =>
      this.failure.abort(error),
    );
    if (this.hold.isHeld) await this.resume(state);
    try {
      this.sources.current.hasDelivered = state.isOfSameUrl && state.resumedBytes > 0;
      const obtained = await this.obtain(state, place);
      const { resumedBytes } = state;
      const { context, folder, hold, request, signal } = this;
      return { ...(await deliver({ context, folder, hold, request, signal, state }, obtained)), resumedBytes };
    } catch (error) {
      throw await this.putAway(state, error);
    }
  }

  /** What cannot be taken up stays as it is: for a newer release, or for a disk that works again. */
  private async resume(state: TransferState): Promise<void> {
    try {
      await state.resume();
    } catch (error) {
      await state.close();
      throw error;
    }
  }

  /** Downloads until the proof holds: a mismatch is met with one fresh start, then with the other mirrors, then given up. */
  private async obtain(state: TransferState, place: Place): Promise<Obtained> {
    let at: Destination | null = null;
    const onObject = async (answer: Answer, object: RemoteObject): Promise<void> => {
      at = await this.prepare(state, place, answer, object);
    };
    for (;;) {
      const download = this.makeDownload(state, onObject);
      try {
        await download.run(AbortSignal.any([this.signal, this.failure.signal]));
      } finally {
        this.fetchedBytes += download.fetchedBytes;
        this.mostConnections = Math.max(this.mostConnections, download.mostConnections);
      }
      await this.materializing;
      at ??= this.named ?? (await this.locate(place, state.name ?? basename(this.request.path)));
      const proven = await this.prove(state);
      if (proven) return { at, ...proven };
    }
  }

  private makeDownload(
    state: TransferState,
    onObject: (answer: Answer, object: RemoteObject) => Promise<void>,
  ): Download {
    const { budget, config, disk, http, isLocallyBound, random } = this.context;
    const { connectionsPerFile, idleTimeoutMs, retries } = config;
    const download: Download = new Download(
      { http, budget, clock: disk.clock, random, connectionsPerFile, retries, idleTimeoutMs, isLocallyBound },
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
    { totalBytes }: RemoteObject,
  ): Promise<Destination> {
    const { disk, config } = this.context;
    state.name ??= this.request.isFolder ? proposeName(answer, this.request) : basename(this.request.path);
    const destination = this.named ?? (await this.locate(place, state.name));
    requireFree(destination, this.request.overwrite);
    this.proof.readPublished(answer);
    await this.readChecksums(state.name);
    if (totalBytes === null || totalBytes > MOST_MEMORY_BYTES) {
      const keptBytes = state.work.writtenBytes;
      await this.hold.take(this.signal);
      if (totalBytes !== null) await checkSpace(disk, config.stateDir, place, { totalBytes, keptBytes });
      await this.materialize(state);
    }
    if (!state.part.isInMemory) state.startHash();
    this.emit({
      type: 'started',
      name: state.name,
      key: this.folder.key,
      totalBytes,
      resumedBytes: state.resumedBytes,
    });
    return destination;
  }

  /** Brings the state to disk, once, whoever asks. */
  private async materialize(state: TransferState, signal = this.signal): Promise<void> {
    this.materializing ??= this.hold.take(signal).then(() => state.materialize());
    await this.materializing;
  }

  private locate(place: Place, name: string): Promise<Destination> {
    return locateDestination(this.context.disk, place, name, this.request.overwrite);
  }

  private async readChecksums(fileName: string): Promise<void> {
    const { checksumUrl } = this.request;
    if (checksumUrl === null || this.hasChecksums) return;
    this.proof.addChecksums(await fetchChecksums(this.context.http, this.request, checksumUrl, fileName, this.signal));
    this.hasChecksums = true;
  }

  private async prove(state: TransferState): Promise<{ proven: Proven; verifiedBy: string } | null> {
    this.emit({ type: 'verifying' });
    const proven = await state.prove();
    try {
      return { proven, verifiedBy: this.proof.check(proven.digests, state.remote.isLengthProven) };
    } catch (error) {
      if (!(error instanceof FetchError) || !this.chooseAfterMismatch(state, error)) throw error;
      const name = state.name ?? basename(this.request.path);
      this.context.disk.log('warn', `The hash of ${name} does not match; fetching the file once more, past caches.`);
    }
    await state.reset();
    state.work.reset();
    state.remote.forget();
    return null;
  }

  /** The bytes may have been resumed, come through a cache or of several servers: a source is given up when it is wrong alone. */
  private chooseAfterMismatch({ remote }: TransferState, error: FetchError): boolean {
    if (remote.isCautious) this.sources.current.dropped = error;
    remote.isCautious = true;
    remote.refuseRanges();
    this.sources.forgetDelivered();
    const next = this.sources.current.dropped ? this.sources.next() : this.sources.current;
    if (next) this.sources.current = next;
    return next !== null;
  }

  private report(state: TransferState, { fetchedBytes, openConnections }: Download): void {
    const nowMs = this.context.disk.clock.nowMs();
    this.rate.sample(nowMs, this.fetchedBytes + fetchedBytes);
    const { bytesPerSecond } = this.rate;
    const { receivedBytes, totalBytes, writtenBytes } = state.work;
    if (nowMs - this.lastProgressMs >= PROGRESS_MS) {
      this.lastProgressMs = nowMs;
      this.emit({ type: 'progress', receivedBytes, totalBytes, bytesPerSecond, connections: openConnections });
    }
    if (!state.part.isInMemory) state.noteProgress();
    else if (writtenBytes > 0 && nowMs - this.startMs > MOST_MEMORY_MS) {
      this.materialize(state).catch((error: unknown) => this.failure.abort(error));
    }
  }

  /** Closes the state of a transfer that failed; bytes that can serve a later run are kept, and the error says how many. */
  private async putAway(state: TransferState, error: unknown): Promise<unknown> {
    const isUseless = error instanceof FetchError && USELESS_AFTER.has(error.code);
    await this.materializing?.catch(() => undefined);
    const mayKeep = error instanceof FetchError && !isUseless && state.mayBeResumed && state.work.writtenBytes > 0;
    const keptBytes = mayKeep ? await this.keep(state) : 0;
    await state.close();
    if (error instanceof Superseded) return error;
    if (keptBytes === 0) await this.discard();
    return error instanceof FetchError ? error.with({ keptBytes }) : error;
  }

  /** Nothing there can serve a later run. Not where another process has the folder by now. Never raises: another error is why. */
  private async discard(): Promise<void> {
    if (!this.hold.isHeld) return;
    try {
      await this.hold.assertHeld();
      await discardTransfer(this.context.disk, this.folder);
    } catch (error) {
      this.context.disk.log('warn', `What is left of ${this.request.path} could not be removed: ${String(error)}`);
    }
  }

  /** Resolves with the bytes that are kept. */
  private async keep(state: TransferState): Promise<number> {
    try {
      if (state.part.isInMemory) await this.materialize(state, AbortSignal.timeout(KEEP_WAIT_MS));
      return await state.keep();
    } catch (error) {
      this.context.disk.log('warn', `What was received of ${this.request.path} could not be kept: ${String(error)}`);
      return 0;
    }
  }

  private describe(file: PresentFile & { resumedBytes?: number }): FetchResult {
    const seconds = Math.round(this.context.disk.clock.nowMs() - this.startMs) / 1000;
    const { fetchedBytes, mostConnections } = this;
    return { resumedBytes: 0, ...file, seconds, fetchedBytes, connections: mostConnections };
  }
}

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
