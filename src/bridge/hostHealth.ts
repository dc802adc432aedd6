// Which hosts of a batch are out of reach, so that a thousand files of a host that is down do not each wait for it.
import type { FetchErrorCode, PlainFetchError } from '../assets/fetchError';
import { displayHost } from '../assets/redact';
import type { BatchOutcome } from './batchOutcome';

/** So many transfers in a row, each with all its retries, that never reached the host: the next would not either. */
const failuresInARow = 3;

/** Failures of the way to a host. An answer of any kind, even an error, shows that it can be reached. */
const unreachable: ReadonlySet<FetchErrorCode> = new Set(['nameUnresolved', 'connectFailed', 'tlsFailed', 'timedOut']);

/** Remembers the outcomes of one batch by host. */
export class HostHealth {
  private readonly failures = new Map<string, number>();

  /** Takes the outcome of a transfer from `urls`. */
  note(urls: readonly string[], outcome: BatchOutcome): void {
    const isUnreachable = outcome.type === 'failed' && unreachable.has(outcome.error.code);
    const isAboutHost = isUnreachable || outcome.type === 'done' || outcome.error.code === 'httpStatus';
    if (!isAboutHost) return;
    const hosts = hostsOf(urls);
    for (const host of hosts) {
      if (isUnreachable) this.failures.set(host, (this.failures.get(host) ?? 0) + 1);
      // Of several mirrors nobody knows here which one answered.
      else if (hosts.length === 1) this.failures.delete(host);
    }
  }

  /** Why a transfer from `urls` need not be tried: every one of its hosts is out of reach. Null where one may be reached. */
  findDown(urls: readonly string[]): PlainFetchError | null {
    const hosts = hostsOf(urls);
    const [host = ''] = hosts;
    if (hosts.some((other) => (this.failures.get(other) ?? 0) < failuresInARow)) return null;
    const message = `${host} could not be reached for the files before, so this one was not tried. Sync again later.`;
    return { code: 'connectFailed', message, details: { host } };
  }
}

function hostsOf(urls: readonly string[]): string[] {
  return [...new Set(urls.map((url) => displayHost(url)))];
}
