// Several files that a person started at once: one notification for all, one message at the end. The rest goes on when one fails.
import * as vscode from 'vscode';
import { asFetchError, toPlainError, type FetchError } from '../assets/fetchError';
import type { FetchRequest } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import { BatchProgress } from './batchProgress';
import type { Downloader } from './downloader';
import { describeError } from './errorMessages';
import type { Log } from './log';
import { showNotice } from './notices';
import { NotificationItem } from './progress';
import { ProgressSteps, Throttle, UPDATE_INTERVAL_MS } from './progressSteps';
import { nameOfRequest } from './watchedDownload';

const { l10n } = vscode;

interface Failure {
  readonly request: FetchRequest;
  readonly error: FetchError;
}

/** Fetches all, tells the end and offers to fetch again what failed. Never rejects. */
export async function downloadAll(requests: readonly FetchRequest[], downloader: Downloader, log: Log): Promise<void> {
  const failures = await fetchAll(requests, downloader);
  const savedCount = requests.length - failures.length;
  if (failures.length === 0) {
    void showNotice('info', l10n.t('Saved {0} files.', savedCount));
    return;
  }
  if (await showFailures(failures, savedCount, log)) {
    await downloadAll(
      failures.map(({ request }) => request),
      downloader,
      log,
    );
  }
}

async function fetchAll(requests: readonly FetchRequest[], downloader: Downloader): Promise<readonly Failure[]> {
  const cancelling = new AbortController();
  const item = new NotificationItem(l10n.t('Downloading {0} files', requests.length), () => cancelling.abort());
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

/** Resolves with true where the failed ones are to be tried again. */
async function showFailures(failures: readonly Failure[], savedCount: number, log: Log): Promise<boolean> {
  const [first] = failures;
  const cause =
    first === undefined ? '' : describeError(toPlainError(first.error), nameOfRequest(first.request), l10n).text;
  const isCancelled = failures.every(({ error }) => error.code === 'cancelled');
  const summary = isCancelled
    ? l10n.t('Cancelled. {0} files were saved; what the others have is kept.', savedCount)
    : l10n.t('{0} files were saved, {1} were not. {2}', savedCount, failures.length, cause);
  const step = await showNotice(isCancelled ? 'info' : 'error', summary, [
    { id: 'retry', title: isCancelled ? l10n.t('Resume') : l10n.t('Retry') },
    { id: 'openLog', title: l10n.t('Open Log') },
  ]);
  if (step === 'openLog') log.show();
  return step === 'retry';
}
