// A sync as text: the display while it runs, the problems of entries, the summary. Pure.
import { formatBytes, formatDuration, percentOf } from '../assets/quantityText';
import type { PlannedAction } from '../assets/syncPlan';
import { formatProgressBar } from './progressText';
import type { SyncSnapshot } from './syncProgress';

/** Files shown one by one below the line that adds up. */
const shownFiles = 6;

/** The display on a terminal: one line in all, then one for each of the largest files that run. */
export function formatSyncDisplay(snapshot: SyncSnapshot, columns: number): string[] {
  const width = Math.max(0, columns - 1);
  const largest = [...snapshot.running]
    .sort((one, other) => (other.totalBytes ?? 0) - (one.totalBytes ?? 0))
    .slice(0, shownFiles);
  return [
    formatSyncLine(snapshot).slice(0, width),
    ...largest.map((file) => `  ${formatProgressBar(file, columns - 2)}`.slice(0, width)),
  ];
}

/** `312 of 1000 files, 45 MB of 1.2 GB (3 %), 12 MB/s, 1:36 left, 1 failed`. */
export function formatSyncLine(snapshot: SyncSnapshot): string {
  const { finishedFiles, totalFiles, failedFiles, receivedBytes, totalBytes, bytesPerSecond } = snapshot;
  const parts = [`${finishedFiles} of ${totalFiles} files`];
  const percent = percentOf(receivedBytes, totalBytes);
  if (percent === null || totalBytes === null) parts.push(formatBytes(receivedBytes));
  else parts.push(`${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)} (${percent} %)`);
  if (bytesPerSecond > 0) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (bytesPerSecond > 0 && totalBytes !== null) {
    const left = formatDuration((totalBytes - receivedBytes) / bytesPerSecond);
    if (left !== null) parts.push(`${left} left`);
  }
  if (failedFiles > 0) parts.push(`${failedFiles} failed`);
  return parts.join(', ');
}

/** What a sync came to. */
export interface SyncSummary {
  readonly counts: Readonly<Record<PlannedAction, number>>;
  readonly fetched: number;
  readonly failed: number;
  /** Entries that an interrupt left, and what is kept of them for the next run, in bytes. */
  readonly unfinished: number;
  readonly keptBytes: number;
  /** What came over the network for the fetched files, in bytes. */
  readonly fetchedBytes: number;
  readonly seconds: number;
  /** Paths of entries without a strong hash. */
  readonly unpinned: readonly string[];
}

/** `12 assets: 9 fetched (1.2 GB in 4.1 s), 3 up to date.` and, where there are any, lines about what was refused, interrupted or has no hash. */
export function formatSummary(summary: SyncSummary): string[] {
  const { counts, fetched, failed, unfinished, fetchedBytes, seconds, unpinned } = summary;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts: [number, string][] = [
    [fetched, `fetched (${formatBytes(fetchedBytes)} in ${seconds.toFixed(1)} s)`],
    [counts.upToDate, 'up to date'],
    [counts.unpinned, 'present without a hash'],
    [counts.skippedPlatform, 'for other platforms'],
    [counts.modified, 'changed by hand'],
    [counts.conflict, 'in the way or unreadable'],
    [counts.refused, 'refused'],
    [failed, 'failed'],
    [unfinished, 'unfinished'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const lines = [`${total} ${total === 1 ? 'asset' : 'assets'}: ${said.join(', ') || 'nothing to do'}.`];
  if (counts.refused > 0) lines.push('Nothing was fetched: one entry that is refused puts the whole list in doubt.');
  if (unfinished > 0) lines.push(describeInterruption(summary));
  if (unpinned.length > 0) lines.push(describeUnpinned(unpinned));
  return lines;
}

function describeInterruption({ unfinished, keptBytes }: SyncSummary): string {
  return `Interrupted: ${unfinished} unfinished, ${formatBytes(keptBytes)} kept; the same command resumes.`;
}

function describeUnpinned(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return `Unpinned, so that nothing proves their bytes: ${shown}${more}. Add a hash to each; --frozen insists on it.`;
}
