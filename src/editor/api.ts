// What `activate()` returns to other extensions. Versioned: fields are added, never changed.
import type { CancellationToken } from 'vscode';
import type { TransferEvent } from '../bridge/protocol';
import { checkArguments, type DownloadArguments } from './downloadArguments';
import { requireConsent, toOutcome, toRequest, type DownloadOutcome } from './downloadByArgument';
import type { Services } from './services';
import { requireUsableWorkspace } from './workspaceGuard';

export interface DownloadProgress {
  readonly receivedBytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
}

export interface AssetFetchApi {
  readonly apiVersion: 1;
  /**
   * Fetches one file without asking anything but consent to a sensitive path. Without `destination` the file goes into the first
   * workspace folder under the server's name. Cancelling keeps the bytes: the same request again resumes.
   * Rejects with an error that has a `code`; `onProgress` hears at most ten times a second.
   */
  download(
    request: DownloadArguments,
    token?: CancellationToken,
    onProgress?: (progress: DownloadProgress) => void,
  ): Promise<DownloadOutcome>;
}

/** The API on services that are running; it needs no disposal of its own. */
export function createApi(services: Services): AssetFetchApi {
  return { apiVersion: 1, download: (request, token, onProgress) => download(services, request, token, onProgress) };
}

async function download(
  { downloader, status, watched }: Services,
  argument: DownloadArguments,
  token: CancellationToken | undefined,
  onProgress: ((progress: DownloadProgress) => void) | undefined,
): Promise<DownloadOutcome> {
  requireUsableWorkspace();
  const wanted = checkArguments(argument);
  const request = toRequest(wanted, wanted.destination ?? './');
  await requireConsent(request);
  const cancelling = new AbortController();
  const cancel = (): void => cancelling.abort();
  if (token?.isCancellationRequested === true) cancel();
  const watch = token?.onCancellationRequested(cancel);
  try {
    const onEvent = (event: TransferEvent): void => tellProgress(event, onProgress);
    const result = await downloader.fetch(request, { signal: cancelling.signal, display: status.add(cancel), onEvent });
    if (wanted.opens) await watched.open(result);
    return toOutcome(result);
  } finally {
    watch?.dispose();
  }
}

/** Where a transfer begins counts as progress too: a short one may be over before the next is told. */
function progressOf(event: TransferEvent): DownloadProgress | null {
  if (event.type === 'started') {
    return { receivedBytes: event.resumedBytes, totalBytes: event.totalBytes, bytesPerSecond: 0 };
  }
  if (event.type !== 'progress') return null;
  const { receivedBytes, totalBytes, bytesPerSecond } = event;
  return { receivedBytes, totalBytes, bytesPerSecond };
}

function tellProgress(event: TransferEvent, listener: ((progress: DownloadProgress) => void) | undefined): void {
  const progress = progressOf(event);
  if (progress === null) return;
  try {
    listener?.(progress);
  } catch {
    // Another extension's listener must not end the transfer that it listens to.
  }
}
