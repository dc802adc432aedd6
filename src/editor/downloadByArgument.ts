// Downloads that a caller describes: the command with an argument, the API, a task. Asks only what the caller left open.
import { FetchError } from '../assets/fetchError';
import { displayHost } from '../assets/redact';
import { makeRequest, type FetchRequest, type FetchResult } from '../assets/request';
import { isSensitivePath } from '../assets/sensitivePath';
import { pathToJudge, readDestination } from './destinationPath';
import { checkArguments, type CheckedArguments } from './downloadArguments';
import { confirmSensitivePath } from './prompts';
import type { Services } from './services';
import { readSettings } from './settings';
import { askForFile } from './wantedFile';
import { localFolders, requireUsableWorkspace } from './workspaceGuard';

/** What the command and the API hand back. */
export interface DownloadOutcome {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** As FetchResult says. */
  readonly verifiedBy: string;
}

/** The command with an argument. Asks for the destination and about a file in the way where the argument is silent. @throws FetchError */
export async function downloadByCommand(services: Services, argument: unknown): Promise<DownloadOutcome> {
  requireUsableWorkspace();
  const wanted = checkArguments(argument);
  const request =
    wanted.destination === null ? await askForTheRest(services, wanted) : toRequest(wanted, wanted.destination);
  await requireConsent(request);
  // `overwrite: fail` was said, not left open: nobody is asked.
  const isAnswered = wanted.overwrite === 'fail';
  const result = isAnswered ? await services.watched.fetchOnce(request) : await services.watched.fetch(request);
  if (wanted.opens) await services.watched.open(result);
  return toOutcome(result);
}

async function askForTheRest({ memory }: Services, wanted: CheckedArguments): Promise<FetchRequest> {
  const [url = ''] = wanted.urls;
  const integrity = wanted.integrity.map(({ algorithm, digestHex }) => `${algorithm}:${digestHex}`).join(' ');
  const asked = await askForFile({ url, integrity }, memory);
  if (asked === null) throw new FetchError('cancelled', 'No destination was chosen.');
  const { urls, headers, overwrite } = wanted;
  return { ...asked, ...originOf(wanted), urls, headers, overwrite: overwrite ?? asked.overwrite };
}

/** A request from checked arguments. @throws FetchError `unsafePath`, `invalidRequest` */
export function toRequest(wanted: CheckedArguments, destination: string): FetchRequest {
  const roots = localFolders().map(({ uri }) => uri.fsPath);
  const { urls, integrity, headers, overwrite } = wanted;
  return makeRequest({
    ...readDestination(destination, roots),
    ...originOf(wanted),
    ...{ urls, integrity, headers },
    overwrite: overwrite ?? 'fail',
    maxSizeBytes: readSettings().maxSizeBytes,
  });
}

/**
 * Code or a tasks file chose the URL. Both could reach any host without us, so naming a private one is as good as consent to it;
 * link-local addresses and redirects into private networks stay closed.
 */
function originOf({ urls }: CheckedArguments): Pick<FetchRequest, 'source' | 'allowedPrivateHosts'> {
  return { source: 'link', allowedPrivateHosts: urls.map((url) => new URL(url).hostname) };
}

/** @throws FetchError `unsafePath` where a person did not allow a file that tools obey unasked */
export async function requireConsent({ urls, ...place }: FetchRequest): Promise<void> {
  const [url = ''] = urls;
  const path = pathToJudge(place, url);
  if (!isSensitivePath(path)) return;
  if (await confirmSensitivePath(path, displayHost(url))) return;
  throw new FetchError('unsafePath', `Writing ${path} was not allowed: editors and tools act on it by themselves.`, {
    path,
  });
}

/** A result without what only the engine and its displays need. */
export function toOutcome({ path, bytes, sha256, verifiedBy }: FetchResult): DownloadOutcome {
  return { path, bytes, sha256, verifiedBy };
}
