// One segment of a download: asks for it, acts on the verdict, and takes the body. What to do about failures is download.ts's.
import { FetchError } from '../assets/fetchError';
import type { Connection } from './connection';
import { exchange, type Answer } from './exchange';
import { AskAgain, Restart } from './remoteFile';
import type { Segment } from './segments';
import type { SharedDownload } from './sharedDownload';
import type { Source } from './source';
import { isSameObject, readObject, type RemoteObject } from './validator';

type WriteAction = Extract<Answer['action'], { type: 'write' }>;

/** Stateless but for what the whole download shares; connections use it side by side. */
export class SegmentFetch {
  constructor(private readonly shared: SharedDownload) {}

  /** Fetches a segment, or what the server gives of it. Raises FetchError, Restart or AskAgain. */
  async run(connection: Connection, segment: Segment): Promise<void> {
    const { around, request, remote, work } = this.shared;
    const { source } = connection;
    const usedLanding = source.landing !== null;
    const isContinuing = this.isContinuing();
    const answer = await exchange(
      around.http,
      request,
      {
        source,
        range: remote.takeRangeDecision() ? { start: segment.start, end: segment.end } : null,
        validator: isContinuing && source.hasDelivered ? (source.object?.validator ?? null) : null,
        isFresh: remote.isCautious,
        signal: connection.controller.signal,
      },
      { object: this.knownObject(source), heldBytes: work.frontierBytes, wallClockMs: around.wallClockMs() },
    );
    try {
      if (isContinuing) this.requireSameOrigin(connection, answer, usedLanding);
      await this.act(connection, segment, answer, usedLanding);
    } finally {
      await answer.response.discard();
    }
  }

  /** A server that answered before and now sends us elsewhere in the middle of the file: what is there may be anything. */
  private requireSameOrigin({ source, host }: Connection, { landing }: Answer, usedLanding: boolean): void {
    if (!source.hasAnswered || (landing?.isSameOrigin ?? true)) return;
    const message = `${host} redirects to another server in the middle of the file.`;
    const error = new FetchError('protocolViolation', message, { host, isFinal: !usedLanding });
    throw usedLanding ? this.resolveAnew(source, error) : error;
  }

  /** The next request goes to the original address again. */
  private resolveAnew(source: Source, error: FetchError): AskAgain {
    source.landing = null;
    source.hasAnswered = false;
    return new AskAgain(error);
  }

  private async act(connection: Connection, segment: Segment, answer: Answer, usedLanding: boolean): Promise<void> {
    const { action } = answer;
    const { remote, work } = this.shared;
    switch (action.type) {
      case 'write':
        return this.accept(connection, segment, answer, action);
      case 'complete':
        await this.announce(answer, readObject(answer.response.head.headers, action.totalBytes));
        work.setTotal(action.totalBytes);
        return;
      case 'restart':
        throw this.restartOrDrop(connection.source, action.error);
      case 'askWithoutRange':
        if (remote.hasRefusedRanges) throw action.error.with({ isFinal: true });
        if (this.shared.countConnections() === 1) remote.refuseRanges();
        throw new AskAgain(action.error);
      case 'resolveAnew':
        throw usedLanding ? this.resolveAnew(connection.source, action.error) : action.error;
      case 'fail':
        throw action.error;
    }
  }

  private async accept(connection: Connection, segment: Segment, answer: Answer, action: WriteAction): Promise<void> {
    const { remote, work } = this.shared;
    const { source } = connection;
    if (action.start !== segment.start || this.isOther(source, action)) {
      await this.startOver(connection, segment, action);
    }
    await this.announce(answer, action.object);
    if (!this.isContinuing()) source.object = action.object;
    source.object ??= action.object;
    if (action.object.totalBytes !== null) work.setTotal(action.object.totalBytes);
    remote.noteRanges(action.allowsRanges);
    source.landing ??= answer.landing;
    source.hasAnswered = source.hasDelivered = true;
    await this.receive(connection, segment, answer, action.end ?? Infinity);
  }

  /** Once for each object, in resumed transfers, too: what a response says of the file is judged before its bytes are written. */
  private async announce(answer: Answer, object: RemoteObject): Promise<void> {
    const { hooks, remote } = this.shared;
    if (remote.isAnnounced) return;
    await hooks.onObject(answer, object);
    remote.isAnnounced = true;
  }

  /** What a response of `source` must agree with; null where nothing is on disk or on its way there. */
  private knownObject({ object }: Source): RemoteObject | null {
    if (!this.isContinuing()) return null;
    return object ?? { totalBytes: this.shared.work.totalBytes, etag: null, lastModified: null, validator: null };
  }

  private isOther(source: Source, { object }: WriteAction): boolean {
    const known = this.knownObject(source);
    return known !== null && !isSameObject(known, object, this.shared.remote.hasGivenHash);
  }

  /**
   * A whole body where a part was asked for. Alone, we take it from byte 0 and give up what we had. Beside others, this
   * connection leaves: the object is another one, or some server behind the name ignores ranges, which others may not.
   */
  private async startOver(connection: Connection, segment: Segment, action: WriteAction): Promise<void> {
    const { host, source } = connection;
    const { around, hooks, remote, work } = this.shared;
    const error = new FetchError('objectChanged', `The file at ${host} changed while it was fetched.`, { host });
    const isOther = this.isOther(source, action);
    const isAlone = this.shared.countConnections() === 1;
    if (!isAlone && isOther) throw this.restartOrDrop(source, error);
    if (!isOther && (!isAlone || remote.mayAskForRangesAgain)) {
      around.budget.noteIgnoredRange(host);
      remote.noteIgnoredRange();
      throw new FetchError('protocolViolation', `${host} ignored a range.`, { host });
    }
    remote.forget();
    work.startOver(segment);
    await hooks.onReset(error);
  }

  /** Another object at the current source is another object; at a mirror it is a mirror of something else. */
  private restartOrDrop(source: Source, error: FetchError): Restart | FetchError {
    if (source === this.shared.sources.current) return new Restart(error);
    source.dropped = error;
    return error;
  }

  private async receive(connection: Connection, segment: Segment, answer: Answer, bodyEnd: number): Promise<void> {
    const { around, hooks, part, work } = this.shared;
    const before = segment.cursor;
    const how = await connection.receive(answer.response, segment, bodyEnd, part, around.clock.nowMs(), {
      onBytes: (byteLength) => this.count(connection, segment, byteLength),
      onWritten: (start, end) => {
        work.markWritten(start, end);
        hooks.onWritten();
      },
      onWriteFailed: (error) => this.shared.stop(error),
    });
    if (how === 'enough') return;
    if (segment.end === Infinity && bodyEnd === Infinity) {
      this.endAt(segment.cursor, how === 'complete');
      return;
    }
    if (segment.cursor > before) this.requireProvableRest(connection, segment);
    if (segment.cursor > before || segment.end <= before) return;
    throw new FetchError('truncated', `${connection.host} ended the body before its first byte.`, {
      host: connection.host,
    });
  }

  /** A part shorter than was asked for: the rest comes in another response. Where nothing could join the two, all is asked for. */
  private requireProvableRest({ source, host }: Connection, segment: Segment): void {
    const { remote } = this.shared;
    if (segment.cursor >= segment.end || remote.isProvable(source)) return;
    remote.refuseRanges();
    const message = `${host} sends the file in parts, and nothing tells whether they are of one version.`;
    throw new AskAgain(new FetchError('truncated', message, { host }));
  }

  /** A body without a length has ended: that is the length, proven only by framing of its own (chunked). */
  private endAt(totalBytes: number, isProven: boolean): void {
    const { sizeBytes } = this.shared.request;
    if (sizeBytes !== null && sizeBytes !== totalBytes) {
      this.shared.remote.isSpoiled = isProven;
      const code = isProven ? 'sizeMismatch' : 'truncated';
      const details = { expected: `${sizeBytes}`, actual: `${totalBytes}`, isFinal: isProven };
      throw new FetchError(code, `The body ended after ${totalBytes} of ${sizeBytes} bytes.`, details);
    }
    this.shared.remote.isLengthProven = isProven || sizeBytes !== null;
    this.shared.work.setTotal(totalBytes);
  }

  /** Where no length was announced, the limit is watched as bytes come. */
  private count({ host }: Connection, segment: Segment, byteLength: number): void {
    const { remote, request, stop, work } = this.shared;
    this.shared.countBytes(byteLength);
    const most = Math.min(request.maxSizeBytes ?? Infinity, request.sizeBytes ?? Infinity);
    if (work.totalBytes !== null || segment.cursor + byteLength <= most) return;
    remote.isSpoiled = true;
    const code = most === request.sizeBytes ? 'sizeMismatch' : 'tooLarge';
    stop(
      new FetchError(
        code,
        `${host} sends more than ${most} bytes, which is the most there may be. Nothing was saved.`,
        { host },
      ),
    );
  }

  /** Whether the next response has to be a part of the object that is known. */
  private isContinuing(): boolean {
    return this.shared.work.writtenBytes > 0 || this.shared.countConnections() > 1;
  }
}
