// One file's life, step by step: place, state, download, proof, publication. Raises the FetchError that ended it.
import { checkHeaders } from '../assets/headers';
import type { FetchRequest, FetchResult } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import { fetchChecksums } from './checksums';
import { deliver, type Obtained } from './delivery';
import { Download } from './download';
import type { EngineContext } from './engineContext';
import type { Answer } from './exchange';
import { FolderHold, Superseded } from './folderHold';
import { checkSpace } from './freeSpace';
import { putAway } from './leftovers';
import { fileNameOf, locateDestination, requireFree, type Destination, type Place } from './place';
import { PresenceLook, type PresentFile } from './presentFile';
import { Proof } from './proof';
import { prove } from './proving';
import { proposeRemoteName } from './remoteName';
import { surroundingsIn } from './sharedDownload';
import { hashUrl, Sources } from './source';
import { transferFolder, transferKey, type TransferFolder } from './transferFolder';
import { TransferMeter } from './transferMeter';
import { TransferState } from './transferState';
import type { RemoteObject } from './validator';

/** An event of one transfer; the queue adds the id. */
export type EventOfTransfer = WithoutId<Exclude<TransferEvent, { type: 'done' | 'failed' }>>;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A file up to this stays in memory until it is proven: a part file, a journal and a lease would cost more than it. */
const MOST_MEMORY_BYTES = 1024 * 1024;
/** But not for longer than this: a kill costs a second at most. */
const MOST_MEMORY_MS = 1_000;

/** One file, from the request to its place; to be run once. */
export class Transfer {
  private readonly folder: TransferFolder;
  private readonly sources: Sources;
  private readonly proof: Proof;
  private readonly hold: FolderHold;
  private readonly meter: TransferMeter;
  private readonly presence: PresenceLook;
  /** Ends the download from within, besides the caller's signal. */
  private failure = new AbortController();
  private materializing: Promise<void> | null = null;
  /** Where the file goes; null for a request that leaves the name to the server. */
  private named: Destination | null = null;
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
    this.meter = new TransferMeter(context.disk.clock.nowMs());
    this.presence = new PresenceLook(context, request);
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
    const destination = (this.named = await this.locate(place, fileNameOf(this.request.path)));
    const isOthersRequest = this.hold.othersUrlHash === hashUrl(this.request.urls[0] ?? '');
    const present = await this.presence.find(destination, isOthersRequest, this.signal);
    if (!present) requireFree(destination, this.request.overwrite);
    return present;
  }

  private async fetch(place: Place): Promise<PresentFile & { resumedBytes: number }> {
    this.failure = new AbortController();
    this.materializing = null;
    if (await this.hold.exists()) await this.hold.take(this.signal);
    const { context, folder, hold, proof, request, signal, sources } = this;
    const state = new TransferState(context, folder, request, proof, sources, hold, (error) =>
      this.failure.abort(error),
    );
    if (this.hold.isHeld) await this.resume(state);
    try {
      const obtained = await this.obtain(state, place);
      const { resumedBytes } = state;
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
    const { context, proof, signal, sources } = this;
    const { disk } = context;
    let at: Destination | null = null;
    const onObject = async (answer: Answer, object: RemoteObject): Promise<void> => {
      at = await this.prepare(state, place, answer, object);
    };
    for (;;) {
      const download = this.makeDownload(state, onObject);
      try {
        await download.run(this.ending);
      } finally {
        this.meter.add(download);
      }
      await this.materializing;
      at ??= await this.prepareComplete(state, place);
      this.emit({ type: 'verifying' });
      const proven = await prove({ disk, proof, sources, state }, signal);
      if (proven) return { at, ...proven };
    }
  }

  private makeDownload(
    state: TransferState,
    onObject: (answer: Answer, object: RemoteObject) => Promise<void>,
  ): Download {
    const around = surroundingsIn(this.context);
    const download: Download = new Download(around, this.request, this.sources, state.remote, state.part, state.work, {
      onObject,
      onWritten: () => state.noteProgress(),
      onReset: () => state.reset(),
      onRetry: (attempt, delayMs, { code, message, details }) =>
        this.emit({
          ...{ type: 'retrying', attempt, attempts: around.retries, delayMs },
          error: { code, message, details },
        }),
      onTick: () => this.report(state, download),
    });
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
    state.name ??= this.request.isFolder
      ? proposeRemoteName(answer, this.request, place)
      : fileNameOf(this.request.path);
    const destination = this.named ?? (await this.locate(place, state.name));
    requireFree(destination, this.request.overwrite);
    this.proof.readPublished(answer);
    await this.readChecksums(state.name);
    if (totalBytes === null || totalBytes > MOST_MEMORY_BYTES) {
      const keptBytes = state.work.writtenBytes;
      await this.hold.take(this.ending);
      if (totalBytes !== null) await checkSpace(disk, config.stateDir, place, { totalBytes, keptBytes });
      await this.materialize(state);
    }
    this.announce(state, state.name, totalBytes);
    return destination;
  }

  /** An earlier run left every byte, so that nothing was asked: what the first response would have led to. */
  private async prepareComplete(state: TransferState, place: Place): Promise<Destination> {
    const name = state.name ?? fileNameOf(this.request.path);
    const destination = this.named ?? (await this.locate(place, name));
    await this.readChecksums(name);
    this.announce(state, name, state.work.totalBytes);
    return destination;
  }

  private announce(state: TransferState, name: string, totalBytes: number | null): void {
    if (!state.part.isInMemory) state.startHash();
    this.emit({ type: 'started', name, key: this.folder.key, totalBytes, resumedBytes: state.resumedBytes });
  }

  /** Aborted by the caller, or once this try has failed. */
  private get ending(): AbortSignal {
    return AbortSignal.any([this.signal, this.failure.signal]);
  }

  /** Brings the state to disk, once, whoever asks. */
  private async materialize(state: TransferState, signal = this.ending): Promise<void> {
    this.materializing ??= this.hold.take(signal).then(() => state.materialize());
    await this.materializing;
  }

  private locate(place: Place, name: string): Promise<Destination> {
    return locateDestination(this.context.disk, place, name, this.request.overwrite);
  }

  private async readChecksums(fileName: string): Promise<void> {
    const { checksumUrl } = this.request;
    if (checksumUrl === null || this.hasChecksums) return;
    const { config, disk, http } = this.context;
    const around = { http, clock: disk.clock, idleTimeoutMs: config.idleTimeoutMs };
    this.proof.addChecksums(await fetchChecksums(around, this.request, checksumUrl, fileName, this.signal));
    this.hasChecksums = true;
  }

  private report(state: TransferState, download: Download): void {
    const nowMs = this.context.disk.clock.nowMs();
    const { receivedBytes, totalBytes, writtenBytes } = state.work;
    if (this.meter.sample(nowMs, download)) {
      const { bytesPerSecond } = this.meter;
      const connections = download.openConnections;
      this.emit({ type: 'progress', receivedBytes, totalBytes, bytesPerSecond, connections });
    }
    if (!state.part.isInMemory) state.noteProgress();
    else if (writtenBytes > 0 && this.meter.elapsedMs(nowMs) > MOST_MEMORY_MS) {
      this.materialize(state).catch((error: unknown) => this.failure.abort(error));
    }
  }

  private async putAway(state: TransferState, error: unknown): Promise<unknown> {
    // In the middle of it, or waiting for another process: a second go decides whether the bytes can be kept.
    this.failure.abort(error);
    await this.materializing?.catch(() => (this.materializing = null));
    const { folder, hold, request } = this;
    const materialize = (signal: AbortSignal): Promise<void> => this.materialize(state, signal);
    return putAway({ disk: this.context.disk, folder, hold, request, state, materialize }, error);
  }

  private describe(file: PresentFile & { resumedBytes?: number }): FetchResult {
    return { resumedBytes: 0, ...file, ...this.meter.sumUp(this.context.disk.clock.nowMs()) };
  }
}
