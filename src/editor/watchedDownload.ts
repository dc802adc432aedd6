// A download that a person started and watches: notification with Cancel, one message at the end, another try where they want one.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { asFetchError, type FetchError } from '../assets/fetchError';
import { displayHost } from '../assets/redact';
import { proposeFileName } from '../assets/destination';
import type { FetchRequest, FetchResult } from '../assets/request';
import { runsWhenOpened } from '../assets/sensitivePath';
import type { Downloader } from './downloader';
import { goOn, openFile, showFailure, showResult } from './endNotices';
import type { Log } from './log';
import { TransferNotification } from './progress';
import { askConflict } from './prompts';

/** Any number of downloads at once, each with a notification of its own. */
export class WatchedDownload {
  constructor(
    private readonly downloader: Downloader,
    private readonly log: Log,
  ) {}

  /** Fetches with a notification and asks about a file in the way. @throws FetchError of any code; shows no message at the end */
  async fetch(request: FetchRequest): Promise<FetchResult> {
    try {
      return await this.fetchOnce(request);
    } catch (reason) {
      const error = asFetchError(reason);
      const overwrite = isConflict(error, request) ? await askAboutConflict(error, request) : null;
      if (overwrite === null) throw error;
      return this.fetchOnce({ ...request, overwrite });
    }
  }

  /** As `fetch`, and tells the end. Null where the person left it at a failure. Never rejects. */
  async run(request: FetchRequest): Promise<FetchResult | null> {
    try {
      const result = await this.fetch(request);
      goOn(showResult(result), this.log);
      return result;
    } catch (reason) {
      const error = asFetchError(reason);
      // A person was asked, and left the file that is there as it is.
      if (isConflict(error, request)) return null;
      const isAnotherTry = await showFailure(error, nameOfRequest(request), this.log);
      return isAnotherTry ? this.run(request) : null;
    }
  }

  /** For callers that asked for it: opens what was saved, unless opening means more than looking. */
  async open({ path: file }: FetchResult): Promise<void> {
    if (!runsWhenOpened(path.basename(file))) await openFile(vscode.Uri.file(file));
  }

  /** As `fetch`, without asking anything. */
  fetchOnce(request: FetchRequest): Promise<FetchResult> {
    const cancelling = new AbortController();
    const display = new TransferNotification(nameOfRequest(request), () => cancelling.abort());
    return this.downloader.fetch(request, { signal: cancelling.signal, display });
  }
}

/** A name for messages before the server's is known. */
export function nameOfRequest({ urls, path: relative, isFolder }: FetchRequest): string {
  if (!isFolder) return path.posix.basename(relative);
  const url = urls[0] ?? '';
  return proposeFileName({ contentDisposition: [], url }) || displayHost(url);
}

/** Whether a file is in the way that nobody has decided about yet. Folders are never replaced, so nobody is asked. */
export function isConflict({ code, details }: FetchError, { overwrite }: FetchRequest): boolean {
  return code === 'destinationExists' && overwrite === 'fail' && details.reason !== 'EISDIR';
}

function askAboutConflict(error: FetchError, request: FetchRequest): Promise<'replace' | 'keepBoth' | null> {
  return askConflict(path.basename(error.details.path ?? nameOfRequest(request)));
}
