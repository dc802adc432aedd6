// Tells a sync: display and plain lines on stderr, saved paths or NDJSON on stdout.
import type { PlainFetchError } from '../assets/fetchError';
import type { ManifestAsset } from '../assets/manifestEntry';
import type { TransferEvent } from '../bridge/protocol';
import { describeFailure } from './failureText';
import { toJsonEvent, toJsonLine } from './jsonEvents';
import { cleanForTerminal } from './lineOutput';
import { createStatusDisplay } from './statusDisplay';
import type { Surroundings } from './surroundings';
import type { SyncProgress } from './syncProgress';
import { formatSummary, formatSyncDisplay, formatSyncLine, type SyncSummary } from './syncText';

/** Plain progress lines come this far apart. */
const plainLineMs = 3000;

export interface SyncReporterOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly command: 'sync' | 'verify';
  /** Name of the list, for messages. */
  readonly displayFile: string;
}

/** What one command about a list says; verify tells its faults through it, too. */
export class SyncReporter {
  private readonly display;
  private readonly startedIds = new Set<string>();
  private saidAtMs: number;

  constructor(
    private readonly options: SyncReporterOptions,
    private readonly surroundings: Surroundings,
  ) {
    this.display = createStatusDisplay(surroundings.stderr, surroundings.nowMs);
    this.saidAtMs = surroundings.nowMs();
  }

  /** What is about to happen. */
  plan(counts: SyncSummary['counts']): void {
    this.emit({ event: 'plan', ...counts });
  }

  warn(line: string): void {
    if (!this.options.quiet) this.say(line);
  }

  /** An entry that is left alone or refused; `error` says why. `isTold`: people know it from another entry. */
  problem(asset: ManifestAsset, error: PlainFetchError, isTold = false): void {
    if (!isTold) this.fail(asset, error);
    this.emit({ event: 'failed', asset: asset.path, line: asset.line, ...error });
  }

  /** An event of a transfer. */
  transfer(asset: ManifestAsset, event: TransferEvent, progress: SyncProgress): void {
    if (event.type === 'failed') this.fail(asset, event.error);
    if (event.type === 'started') this.startedIds.add(event.id);
    if (this.options.json) this.emitTransfer(asset, event);
    else if (event.type === 'done') this.print(event.result.path);
    this.showProgress(progress);
  }

  summary(summary: SyncSummary): void {
    const { counts, unpinned, ...rest } = summary;
    // The list of paths has the name that the plan gives to the count of those that are left as they are.
    this.emit({ event: 'summary', ...counts, presentUnpinned: counts.unpinned, ...rest, unpinned });
    if (!this.options.quiet && !this.options.json) for (const line of formatSummary(summary)) this.say(line);
    else this.display.clear();
  }

  private showProgress(progress: SyncProgress): void {
    const { options, surroundings } = this;
    if (options.json || options.quiet) return;
    if (surroundings.stderr.isTerminal) {
      this.display.update((columns) => formatSyncDisplay(progress.snapshot, columns));
    } else if (surroundings.nowMs() - this.saidAtMs >= plainLineMs) {
      this.saidAtMs = surroundings.nowMs();
      this.say(formatSyncLine(progress.snapshot));
    }
  }

  private emitTransfer(asset: ManifestAsset, event: TransferEvent): void {
    // Before the first response there is nothing to tell but zeros.
    if (event.type === 'progress' && !this.startedIds.has(event.id)) return;
    const json = toJsonEvent(event, { asset: asset.path, ...(event.type === 'failed' ? { line: asset.line } : {}) });
    if (json !== null) this.emit(json);
  }

  private fail(asset: ManifestAsset, error: PlainFetchError): void {
    // Of hundreds that an interrupt ended, the summary says enough.
    if (error.code === 'cancelled') return;
    const [first = '', ...more] = describeFailure(error, this.options.command);
    const name = error.message.includes(asset.path) ? '' : `${asset.path}: `;
    const place = `${this.options.displayFile}:${asset.line}: ${name}`;
    this.say(first.replace(/^asset-fetch: /, place));
    for (const line of more) this.say(line);
  }

  private say(line: string): void {
    this.display.clear();
    this.surroundings.stderr.writeLine(cleanForTerminal(line));
  }

  private print(line: string): void {
    this.display.clear();
    this.surroundings.stdout.writeLine(line);
  }

  private emit(event: object): void {
    if (this.options.json) this.surroundings.stdout.writeLine(toJsonLine(event));
  }
}
