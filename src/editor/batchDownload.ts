// Several files that a person started at once: one notification for all, one message at the end. The rest goes on when one fails.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { asFetchError, toPlainError, type FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import { BatchProgress } from './batchProgress';
import type { Downloader } from './downloader';
import { describeError } from './errorMessages';
import type { Log } from './log';
import { showNotice } from './notices';
import { asPlainText } from './plainText';
import { NotificationItem } from './progress';
import { ProgressSteps, Throttle, UPDATE_INTERVAL_MS } from './progressSteps';
import { askConflicts } from './prompts';
import { isConflict, nameOfRequest } from './watchedDownload';

const { l10n } = vscode;

interface Failure {
  readonly request: FetchRequest;
  readonly error: FetchError;
}

/** Fetches all, asks about files in the way, tells the end and offers to fetch again what failed. Never rejects. */
export async function downloadAll(requests: readonly FetchRequest[], downloader: Downloader, log: Log): Promise<void> {
  const first = await fetchAll(requests, downloader);
  const inTheWay = first.filter(({ error, request }) => isConflict(error, request));
  const overwrite = inTheWay.length === 0 ? null : await askConflicts(inTheWay.map(nameOfFailure));
  const again =
    overwrite === null
      ? []
      : await fetchAll(
          inTheWay.map(({ request }) => ({ ...request, overwrite })),
          downloader,
        );
  const failures = [...first.filter((failure) => !inTheWay.includes(failure)), ...again];
  const leftCount = overwrite === null ? inTheWay.length : 0;
  const savedCount = requests.length - failures.length - leftCount;
  const saved = describeSaved(savedCount, leftCount);
  if (failures.length === 0) return void showNotice('info', saved);
  if (!(await showFailures(failures, saved, log))) return;
  await downloadAll(
    failures.map(({ request }) => request),
    downloader,
    log,
  );
}

function nameOfFailure({ request, error }: Failure): string {
  return path.basename(error.details.path ?? nameOfRequest(request));
}

/** `Saved 3 files. 1 file that exists was left as it is.` */
function describeSaved(savedCount: number, leftCount: number): string {
  const saved = savedCount === 1 ? l10n.t('Saved 1 file.') : l10n.t('Saved {0} files.', savedCount);
  if (leftCount === 0) return saved;
  const left =
    leftCount === 1
      ? l10n.t('1 file that exists was left as it is.')
      : l10n.t('{0} files that exist were left as they are.', leftCount);
  return savedCount === 0 ? left : `${saved} ${left}`;
}

async function fetchAll(requests: readonly FetchRequest[], downloader: Downloader): Promise<readonly Failure[]> {
  const cancelling = new AbortController();
  const item = new NotificationItem(titleFor(requests), () => cancelling.abort());
  const progress = new BatchProgress(requests.map(({ sizeBytes }) => sizeBytes));
  const steps = new ProgressSteps();
  const throttle = new Throttle(UPDATE_INTERVAL_MS);
  const handle = (file: number, event: TransferEvent): void => {
    progress.handle(file, event);
    if (!throttle.allows(performance.now())) return;
    const increment = steps.advance(progress.receivedBytes, progress.totalBytes);
    item.report({ message: progress.describe(l10n), ...(increment === undefined ? {} : { increment }) });
  };
  try {
    const outcomes = await Promise.all(
      requests.map(async (request, file) => {
        const fetching = downloader.fetch(request, {
          signal: cancelling.signal,
          onEvent: (event) => handle(file, event),
        });
        return fetching.then(
          () => null,
          (reason: unknown): Failure => ({ request, error: asFetchError(reason) }),
        );
      }),
    );
    return outcomes.filter((failure) => failure !== null);
  } finally {
    item.close();
  }
}

function titleFor(requests: readonly FetchRequest[]): string {
  const [first] = requests;
  return requests.length === 1 && first !== undefined
    ? asPlainText(l10n.t('Downloading {0}', nameOfRequest(first)))
    : l10n.t('Downloading {0} files', requests.length);
}

/** Resolves with true where the failed ones are to be tried again. */
async function showFailures(failures: readonly Failure[], saved: string, log: Log): Promise<boolean> {
  const isCancelled = failures.every(({ error }) => error.code === 'cancelled');
  const text = isCancelled
    ? l10n.t('Cancelled. {0} What the others have is kept.', saved)
    : `${saved} ${describeFailures(failures)}`;
  const step = await showNotice(isCancelled ? 'info' : 'error', text, [
    { id: 'retry', title: isCancelled ? l10n.t('Resume') : l10n.t('Retry') },
    { id: 'openLog', title: l10n.t('Open Log') },
  ]);
  if (step === 'openLog') log.show();
  return step === 'retry';
}

/** `a.bin was not downloaded. No connection to …`, for several their number and the first. */
function describeFailures(failures: readonly Failure[]): string {
  const [first] = failures;
  if (first === undefined) return '';
  const { text } = describeError(toPlainError(first.error), nameOfRequest(first.request), l10n);
  return failures.length === 1 ? text : l10n.t('{0} files were not saved. {1}', failures.length, text);
}
