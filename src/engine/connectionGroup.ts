// The connections of one download: opens them, gives them segments, and adds to them while that pays. What their failures mean is
// download.ts's.
import type { FetchError } from '../assets/fetchError';
import { Connection } from './connection';
import { initialRamp, stepRamp } from './ramp';
import { SegmentFetch } from './segmentFetch';
import type { Segment } from './segments';
import type { SharedDownload } from './sharedDownload';
import { hostOf, type Source } from './source';

/** After a failed connection no new one joins for this long. */
const AFTER_FAILURE_MS = 1_000;

/** All connections of one download, over one run after another; none is left when `run` resolves. */
export class ConnectionGroup {
  /** Most that were open at once. */
  mostOpen = 0;

  private readonly connections = new Set<Connection>();
  private readonly lives = new Set<Promise<void>>();
  private readonly fetch: SegmentFetch;
  private ramp = initialRamp;
  private isEnding = false;

  /** `onFailure` is told what ends a connection, unless it was told to end. */
  constructor(
    private readonly shared: SharedDownload,
    private readonly onFailure: (connection: Connection, error: unknown) => void,
  ) {
    this.fetch = new SegmentFetch(shared);
  }

  get size(): number {
    return this.connections.size;
  }

  /** One connection, whose place in the budget is taken already, and whatever joins it, until none is left. */
  async run(source: Source, host: string): Promise<void> {
    this.ramp = initialRamp;
    this.isEnding = false;
    this.open(source, host);
    while (this.lives.size > 0) await Promise.race(this.lives);
  }

  /** Ends all of them, and none joins them. */
  end(): void {
    this.isEnding = true;
    for (const connection of this.connections) connection.end();
  }

  /** Fails all of them: they are dead whatever they look like, and so would be those that join. */
  fail(describe: (host: string) => FetchError): void {
    for (const connection of this.connections) connection.fail(describe(connection.host));
  }

  /** Looks at the clock: ends what has stalled, gives back what others need, or grows. `receivedBytes`: of the whole download. */
  look(nowMs: number, receivedBytes: number): void {
    const { around } = this.shared;
    for (const connection of this.connections) connection.look(nowMs, around.idleTimeoutMs);
    const surplus = this.size > 1 ? this.findWanted() : undefined;
    if (surplus) surplus.end();
    else if (this.maySplit()) this.grow(nowMs, receivedBytes);
  }

  /** The youngest connection whose place another transfer waits for. */
  private findWanted(): Connection | undefined {
    return [...this.connections].findLast(({ host }) => this.shared.around.budget.isContended(host));
  }

  private open(source: Source, host: string): void {
    const connection = new Connection(source, host);
    this.connections.add(connection);
    this.mostOpen = Math.max(this.mostOpen, this.size);
    this.shared.remote.hasSplit ||= this.size > 1;
    const life = this.live(connection).finally(() => {
      this.connections.delete(connection);
      this.lives.delete(life);
      this.shared.around.budget.release(host);
    });
    this.lives.add(life);
  }

  private async live(connection: Connection): Promise<void> {
    try {
      for (let segment = this.takeSegment(connection); segment; segment = this.takeSegment(connection)) {
        try {
          await this.fetch.run(connection, segment);
        } finally {
          connection.segment = null;
          this.shared.work.giveBack(segment);
        }
      }
    } catch (error) {
      if (this.isEnding || connection.isEnded) return;
      this.onFailure(connection, error);
      this.slowDown();
    }
  }

  private takeSegment(connection: Connection): Segment | null {
    const isSurplus = this.size > this.ramp.target;
    if (this.isEnding || isSurplus || connection.isEnded) return null;
    const taken = this.shared.work.take(this.maySplit());
    if (!taken) return null;
    if (taken.crawler) [...this.connections].find(({ segment }) => segment === taken.crawler)?.end();
    connection.segment = taken.segment;
    return taken.segment;
  }

  /** One is about to go; the others go on without a new one for a while. */
  private slowDown(): void {
    const quietUntilMs = this.shared.around.clock.nowMs() + AFTER_FAILURE_MS;
    this.ramp = { ...initialRamp, target: Math.max(1, this.size - 1), quietUntilMs };
  }

  private grow(nowMs: number, receivedBytes: number): void {
    const { around, part, work } = this.shared;
    const connections = [...this.connections];
    this.ramp = stepRamp(this.ramp, {
      nowMs,
      receivedBytes,
      activeConnections: connections.length,
      allFlow: connections.length > 0 && connections.every(({ hasFlowed }) => hasFlowed),
      limit: this.limit(),
      isLocallyBound: part.isFull || around.isLocallyBound(),
    });
    while (this.isBelowTarget() && work.hasWork(true)) {
      const source = this.chooseSource();
      const host = hostOf(source);
      if (!around.budget.tryAcquire(host)) return;
      this.open(source, host);
    }
  }

  private limit(): number {
    const { around, request, sources } = this.shared;
    return Math.min(request.connections ?? around.connectionsPerFile, around.budget.limitOf(hostOf(sources.current)));
  }

  /** Mirrors share the work only where a hash tells whether their bytes are the same. */
  private chooseSource(): Source {
    const { remote, sources } = this.shared;
    return remote.hasGivenHash ? sources.leastUsed(this.connections) : sources.current;
  }

  private isBelowTarget(): boolean {
    return !this.isEnding && this.size > 0 && this.size < this.ramp.target;
  }

  private maySplit(): boolean {
    const { around, remote, sources } = this.shared;
    return remote.maySplit(around.budget.ignoresRanges(hostOf(sources.current)));
  }
}
