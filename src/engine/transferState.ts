// The resumable state of one transfer: part file, journal and running hash, kept in step. The caller holds the lease.
import { asFetchError, FetchError } from '../assets/fetchError';
import { haveHashInCommon } from '../assets/integrity';
import { redactUrl } from '../assets/redact';
import type { FetchRequest } from '../assets/request';
import { countBytes, type RangeSet } from './byteRanges';
import { Checkpoint, type CheckpointKind } from './checkpoint';
import { digestBytes } from './digests';
import type { EngineContext } from './engineContext';
import type { FileProof } from './fileDigest';
import type { RunningHash } from './hasher';
import { loadJournal, saveJournal, stampPart, type JournalRecord } from './journal';
import { PartFile } from './partFile';
import { requireSize } from './partProof';
import type { Proof } from './proof';
import { Superseded, type FolderHold } from './folderHold';
import { RemoteFile } from './remoteFile';
import { hashUrl, type Sources } from './source';
import type { TransferFolder } from './transferFolder';
import { Workload } from './workload';

/** What was proven: a part file of this identity, or these bytes. */
export type Proven = FileProof | { readonly bytes: Buffer; readonly digests: FileProof['digests'] };

/** Made anew for each try at a transfer; has to be closed. */
export class TransferState {
  readonly work = new Workload();
  readonly part: PartFile;
  readonly remote: RemoteFile;
  /** File name chosen; null before the first response of a request that names only a folder. */
  name: string | null = null;
  /** Bytes on disk from an earlier run; 0 again after a restart from zero. */
  resumedBytes = 0;
  private flushed: RangeSet = [];
  /** A failed flush may have lost what it was to save, and a second one would not tell: Linux marks such pages clean. */
  private hasLostFlush = false;
  /** Ticks go on meanwhile, and so does a flush that is under way. */
  private isResetting = false;
  /** Set once nothing more is written. */
  private partStamp: string | null = null;
  /** Bytes that the journal on disk vouches for. */
  private savedBytes = 0;
  private hash: RunningHash;
  private hasJournal = false;
  private readonly checkpoint: Checkpoint;

  /** A state in memory; `resume` or `materialize` brings it to disk. */
  constructor(
    private readonly context: EngineContext,
    private readonly folder: TransferFolder,
    private readonly request: FetchRequest,
    private readonly proof: Proof,
    private readonly sources: Sources,
    private readonly hold: FolderHold,
    /** Another process has the folder now (locks that lie, a machine that slept), or the disk lost bytes: it has to end. */
    private readonly onLost: (error: FetchError) => void,
  ) {
    this.part = new PartFile(context.disk.fileSystem, folder.part);
    this.remote = new RemoteFile(proof.hasStrongGiven, sources);
    this.hash = context.hasher.start(folder.part, proof.algorithms);
    this.checkpoint = new Checkpoint(context.disk.clock, {
      flush: () => this.flush(),
      save: (kind) => this.save(kind),
      onFailed: (error) => this.noteFailure(error),
    });
  }

  /**
   * Takes up what an earlier run left, where it is of the same object as far as can be told now. The folder is held.
   * Raises `localIo` where a newer release made it, `permissionDenied`, `diskFull`.
   */
  async resume(): Promise<void> {
    const journal = await loadJournal(this.context.disk, this.folder);
    if (journal.type === 'newer') {
      const message = `A newer version of Asset Fetch began this download. Update Asset Fetch, or remove ${this.folder.dir}.`;
      throw new FetchError('localIo', message, { path: this.folder.dir });
    }
    await this.part.open('asLeft');
    if (journal.type === 'found') this.takeUp(journal.record, journal.kept);
    if (this.resumedBytes === 0) return this.reset();
    // Without the stamp, before the first write changes the times that it is made of: in the flushed journal, too.
    const wasStamped = journal.type === 'found' && journal.record.partStamp !== undefined;
    await this.save(wasStamped ? 'durable' : 'quick');
  }

  /** Brings a state in memory to disk, with its first journal. The folder is held; raises Superseded where others left one. */
  async materialize(): Promise<void> {
    if (!this.part.isInMemory) return;
    const journal = await loadJournal(this.context.disk, this.folder);
    if (journal.type !== 'absent') throw new Superseded();
    await this.part.open('emptied');
    this.startHash();
    await this.save('quick');
  }

  private takeUp(record: JournalRecord, kept: RangeSet): void {
    this.hasJournal = true;
    const { totalBytes, etag, lastModified, validator } = record;
    const { hasGivenHash } = this.remote;
    const source = this.sources.find((text) => hashUrl(text) === (record.sourceUrlHash ?? record.urlHash));
    const isProvable = hasGivenHash
      ? source !== null || haveHashInCommon(record.integrity, this.request.integrity)
      : validator !== null;
    if (kept.length === 0 || !isProvable || (!hasGivenHash && source === null)) return;
    if (source) {
      source.object = { totalBytes, etag, lastModified, validator };
      source.hasDelivered = true;
      // No other can prove that what it sends belongs to these bytes.
      if (!hasGivenHash) this.sources.current = source;
    }
    this.name = record.name;
    this.flushed = record.flushed;
    this.resumedBytes = this.savedBytes = countBytes(kept);
    this.remote.isLengthProven = record.isLengthProven ?? true;
    this.work.reset(kept, totalBytes);
  }

  /** Whether a later run could prove that the bytes on disk are of the same object. */
  get mayBeResumed(): boolean {
    return this.remote.hasGivenHash || (this.remote.object?.validator ?? null) !== null;
  }

  /** The algorithms to compute are known: hashing starts over with them, from what is on disk, where they are others. */
  startHash(): void {
    const { algorithms } = this.proof;
    if (algorithms.join() !== this.hash.algorithms.join()) {
      this.hash.reset();
      this.hash = this.context.hasher.start(this.folder.part, algorithms);
    }
    this.hash.advance(this.work.frontierBytes);
  }

  /** Call it after each write and each tick: lets the hash follow and saves the journal when due. */
  noteProgress(): void {
    if (this.part.isInMemory || this.isResetting) return;
    this.hash.advance(this.work.frontierBytes);
    this.checkpoint.note(this.work.writtenBytes, this.work.totalBytes);
  }

  /** Gives up the bytes on disk, as the workload has done. The journal forgets them before the part file is written anew: no crash can join two objects. */
  async reset(): Promise<void> {
    this.isResetting = true;
    this.flushed = [];
    try {
      await this.checkpoint.settle();
      await this.hold.assertHeld();
      this.hash.reset();
      this.resumedBytes = this.savedBytes = 0;
      await this.part.truncate();
      if (this.hasJournal) await saveJournal(this.context.disk, this.folder, this.record([], []), 'durable');
    } finally {
      this.isResetting = false;
    }
  }

  async save(kind: CheckpointKind): Promise<void> {
    await this.hold.assertHeld();
    this.hasJournal = true;
    const written = this.hasLostFlush ? this.flushed : this.work.written;
    await saveJournal(this.context.disk, this.folder, this.record(written, this.flushed), kind);
    this.savedBytes = countBytes(written);
  }

  /** Digests of the complete file as it lies on disk, flushed to the device; or of its bytes in memory. Raises `localIo`, the signal's reason. */
  async prove(signal: AbortSignal): Promise<Proven> {
    const totalBytes = this.work.totalBytes ?? 0;
    if (this.part.isInMemory) {
      const bytes = this.part.readMemory(totalBytes);
      return { bytes, digests: await digestBytes(bytes, this.proof.algorithms) };
    }
    await this.checkpoint.settle();
    await this.part.trim(totalBytes);
    const [fileProof] = await Promise.all([this.hash.finish(totalBytes, signal), this.flush()]);
    requireSize(this.folder.part, fileProof, totalBytes);
    return fileProof;
  }

  /**
   * Keeps the bytes for a later run and tells how many: where the journal cannot be saved, those of the last one. `isPause`:
   * over a restart of the machine, too, which may well come before that run. Never raises: what cannot be saved was not
   * promised.
   */
  async keep(isPause: boolean): Promise<number> {
    await this.checkpoint.settle();
    try {
      if (isPause) {
        // The flush may take longer than a window that closes has time for.
        await this.save('quick');
        await this.flush();
      }
      // Windows notes the times when a file is closed.
      await this.part.close();
      this.partStamp = await stampPart(this.context.disk, this.folder);
      await this.save(isPause ? 'durable' : 'quick');
    } catch (error) {
      this.noteFailure(error);
      // The last one vouches for bytes that a flush has lost since.
      if (this.hasLostFlush) return 0;
    }
    return this.savedBytes;
  }

  async close(): Promise<void> {
    await this.checkpoint.settle();
    this.hash.reset();
    await this.part
      .close()
      .catch((error: unknown) =>
        this.context.disk.log('warn', `Closing a part file failed: ${asFetchError(error).message}`),
      );
  }

  private noteFailure(error: unknown): void {
    this.context.disk.log('warn', asFetchError(error).message);
    if (error instanceof FetchError && error.code === 'busy') this.onLost(error);
  }

  private async flush(): Promise<void> {
    const { written } = this.work;
    try {
      await this.part.flush();
      if (!this.isResetting) this.flushed = written;
    } catch (error) {
      this.hasLostFlush = true;
      this.onLost(asFetchError(error));
      throw error;
    }
  }

  private record(written: RangeSet, flushed: RangeSet): JournalRecord {
    const [url = ''] = this.request.urls;
    const { root, path, isFolder, integrity } = this.request;
    const { object } = this.remote;
    const displayUrl = redactUrl(url);
    return {
      ...{ version: 1, displayUrl, urlHash: hashUrl(url), isUrlRedacted: displayUrl !== url },
      ...{ root, path, isFolder, name: this.name, integrity },
      etag: object?.etag ?? null,
      lastModified: object?.lastModified ?? null,
      validator: object?.validator ?? null,
      totalBytes: this.work.totalBytes,
      isLengthProven: this.remote.isLengthProven,
      sourceUrlHash: hashUrl(this.sources.current.text),
      ...{ written, flushed, savedAtMs: this.context.disk.wallClockMs() },
      ...(this.partStamp === null ? {} : { partStamp: this.partStamp }),
    };
  }
}
