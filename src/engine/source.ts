// Where the file can be fetched from: the original and its mirrors, and what this run has learnt of them.
import { createHash } from 'node:crypto';
import type { FetchError } from '../assets/fetchError';
import { displayHost, parseHttpUrl } from '../assets/redact';
import type { Landing } from './redirects';
import type { RemoteObject } from './validator';

export interface Source {
  /** As given. */
  readonly text: string;
  /** Where a signed link is resolved anew. */
  readonly url: URL;
  /** Where redirects led; null without any, before the first response, and after a signed link expired. */
  landing: Landing | null;
  /** Whether it gave a usable answer since `landing` was chosen: from then on nothing else may answer for it. */
  hasAnswered: boolean;
  /** What it says of the file; null before its first usable answer. Mirrors have validators of their own. */
  object: RemoteObject | null;
  /** A reason to leave it alone: other bytes, another length, an answer that no retry mends. */
  dropped: FetchError | null;
  /** Whether any byte in the part file came from here. */
  hasDelivered: boolean;
}

/** Host and port that a connection to this source goes to. */
export function hostOf({ landing, url }: Source): string {
  return (landing?.url ?? url).host;
}

/** The sources of one file and the one in charge: its object is the one being fetched. */
export class Sources {
  current: Source;
  private readonly all: readonly [Source, ...Source[]];

  /** In the order given, at least one. Raises `unsupportedUrl` or `invalidRequest`. */
  constructor(urls: readonly string[]) {
    const [first, ...mirrors] = urls;
    this.all = [makeSource(first ?? ''), ...mirrors.map(makeSource)];
    this.current = this.all[0];
  }

  get count(): number {
    return this.all.length;
  }

  /** The next one after the current that is still worth asking, the current itself last; null where all are dropped. */
  next(): Source | null {
    const start = this.all.indexOf(this.current) + 1;
    const order = [...this.all.slice(start), ...this.all.slice(0, start)];
    return order.find(({ dropped }) => dropped === null) ?? null;
  }

  /** The current one has its turn once more, unless it is given up for `reason`: then the next. False where none is left. */
  turn(reason: FetchError | null): boolean {
    this.current.dropped ??= reason;
    const next = this.current.dropped ? this.next() : this.current;
    if (next) this.current = next;
    return next !== null;
  }

  /** The usable one with the fewest of these connections, the current one where equal. */
  leastUsed(connections: Iterable<{ readonly source: Source }>): Source {
    const busy = [...connections];
    const uses = (source: Source): number => busy.filter((connection) => connection.source === source).length;
    return this.all
      .filter(({ dropped }) => dropped === null)
      .reduce((least, source) => (uses(source) < uses(least) ? source : least), this.current);
  }

  /** Those whose bytes are in the part file. */
  get delivered(): readonly Source[] {
    return this.all.filter(({ hasDelivered }) => hasDelivered);
  }

  /** The one whose `text` satisfies `isWanted`. */
  find(isWanted: (text: string) => boolean): Source | null {
    return this.all.find(({ text }) => isWanted(text)) ?? null;
  }

  /** Nothing of any source is in the part file any more, and nothing that one said of the file counts. */
  forgetObject(): void {
    for (const source of this.all) {
      source.hasDelivered = false;
      source.object = null;
    }
  }

  /** One sentence for each that was given up, for the report. */
  describeDropped(): string[] {
    return this.all.flatMap(({ url, dropped }) => (dropped ? [`${displayHost(url)}: ${dropped.message}`] : []));
  }
}

function makeSource(text: string): Source {
  const url = parseHttpUrl(text);
  return { text, url, landing: null, hasAnswered: false, object: null, dropped: null, hasDelivered: false };
}

/** Tells whether two sources are of one URL without showing it. */
export function hashUrl(url: string): string {
  return createHash('sha256').update(url).digest('hex');
}
