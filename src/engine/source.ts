// One place to fetch the file from: the original or a mirror, with what is known of it in this run.
import { FetchError } from '../assets/fetchError';
import { displayHost, parseHttpUrl } from '../assets/redact';

export interface Source {
  /** As given: where a signed link is resolved anew. */
  readonly url: URL;
  /** Where redirects led; null before the first response and after a signed link expired. */
  finalUrl: URL | null;
  /** A reason to leave it alone: other bytes, another length, an answer that no retry mends. */
  dropped: FetchError | null;
  /** Whether any byte in the part file came from here. */
  hasDelivered: boolean;
}

/** Sources in the order given. Raises `unsupportedUrl` or `invalidRequest`. */
export function makeSources(urls: readonly string[]): Source[] {
  return urls.map((url) => ({ url: parseHttpUrl(url), finalUrl: null, dropped: null, hasDelivered: false }));
}

/** Host and port that a connection to this source goes to. */
export function hostOf(source: Source): string {
  return (source.finalUrl ?? source.url).host;
}

/** The source after `current` that is still worth asking, `current` itself last; null where all are dropped. */
export function nextSource(sources: readonly Source[], current: Source): Source | null {
  const start = sources.indexOf(current) + 1;
  const order = [...sources.slice(start), ...sources.slice(0, start)];
  return order.find(({ dropped }) => dropped === null) ?? null;
}

/** One sentence per dropped source, for the report of a transfer that succeeded elsewhere or failed in the end. */
export function describeDropped(sources: readonly Source[]): string[] {
  return sources.flatMap(({ url, dropped }) => (dropped ? [`${displayHost(url)}: ${dropped.message}`] : []));
}
