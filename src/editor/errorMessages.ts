// Errors in words for people, and what they can do next. Branches on codes; showing them is endNotices.ts.
import type { FetchErrorCode, FetchErrorDetails, PlainFetchError } from '../assets/fetchError';
import { formatBytes } from '../assets/quantityText';
import type { Localizer } from './localizer';

/** What a person may do about a failure, in the order in which it is offered. */
export type NextStep = 'retry' | 'manageTrust' | 'openLog';

export interface ErrorMessage {
  readonly text: string;
  readonly steps: readonly NextStep[];
}

/** What happened to the file `name`, to which host or path, and the next steps. Holds no secrets. */
export function describeError(error: PlainFetchError, name: string, l10n: Localizer): ErrorMessage {
  // In Restricted Mode it is not about this file.
  const isRestricted = error.code === 'untrusted' && error.details.host === undefined;
  const subject = isRestricted ? null : l10n.t('{0} was not downloaded.', name);
  const parts = [subject, describeCause(error, l10n), describeKept(error, l10n)];
  return { text: parts.filter((part) => part !== null).join(' '), steps: nextSteps(error) };
}

/** One or two sentences about what went wrong, without the file's name. */
export function describeCause(error: PlainFetchError, l10n: Localizer): string {
  const { code, message, details } = error;
  const host = details.host ?? l10n.t('the server');
  const path = details.path ?? l10n.t('the destination');
  const reason = details.reason === undefined ? '' : ` (${details.reason})`;
  return sentences[code]({ message, details, host, path, reason }, l10n);
}

/** An error's details, ready to be put into a sentence. */
interface Facts extends Pick<PlainFetchError, 'message' | 'details'> {
  readonly host: string;
  readonly path: string;
  /** In parentheses behind a blank; empty where there is none. */
  readonly reason: string;
}

type Sentence = (facts: Facts, l10n: Localizer) => string;

/** For codes whose message names the exact fault in what was given or sent, which no code can carry. */
const asRaised: Sentence = ({ message }) => message;

const sentences: Readonly<Record<FetchErrorCode, Sentence>> = {
  nameUnresolved: ({ host }, l10n) =>
    l10n.t('The host {0} was not found. Check the address and your connection.', host),
  // Where a proxy is to blame, the message says which one and what it refused.
  connectFailed: ({ details, host, message, reason }, l10n) =>
    details.proxy === undefined
      ? l10n.t('No connection to {0}{1}. Check the address, your connection and the proxy settings.', host, reason)
      : message,
  tlsFailed: ({ host, reason }, l10n) =>
    l10n.t('The identity of {0} could not be proven{1}, so nothing was asked of it.', host, reason),
  timedOut: ({ host }, l10n) => l10n.t('{0} did not answer in time.', host),
  httpStatus: ({ details, host }, l10n) => describeStatus(details, host, l10n),
  tooManyRedirects: ({ host }, l10n) => l10n.t('{0} redirects without end.', host),
  insecureRedirect: ({ host }, l10n) => l10n.t('{0} redirects from https to http, which is not followed.', host),
  objectChanged: ({ host }, l10n) => l10n.t('The file at {0} kept changing while it was fetched.', host),
  truncated: ({ host }, l10n) => l10n.t('{0} ended the file too early.', host),
  sizeMismatch: ({ details }, l10n) =>
    l10n.t('It has another size than expected: {0}', describeDifference(details, l10n)),
  integrityMismatch: ({ details }, l10n) =>
    l10n.t('It is not the file that the hash names, so nothing was saved: {0}', describeDifference(details, l10n)),
  diskFull: ({ details }, l10n) => describeSpace(details, l10n),
  permissionDenied: ({ path }, l10n) => l10n.t('No permission to write {0}.', path),
  destinationExists: ({ details, path }, l10n) =>
    details.reason === 'EISDIR'
      ? l10n.t('{0} is a folder or a device, which is never replaced. Choose another name.', path)
      : l10n.t('{0} exists already.', path),
  busy: (_facts, l10n) => l10n.t('Another window downloads the same file.'),
  cancelled: (_facts, l10n) => l10n.t('It was cancelled.'),
  untrusted: ({ details, message }, l10n) =>
    details.host === undefined
      ? l10n.t('Downloads are off in Restricted Mode. Trust the workspace to fetch files into it.')
      : message,
  engineCrashed: (_facts, l10n) =>
    l10n.t('The download engine stopped unexpectedly; it starts again with the next download.'),
  invalidRequest: asRaised,
  unsupportedUrl: asRaised,
  unsafePath: asRaised,
  protocolViolation: asRaised,
  tooLarge: asRaised,
  localIo: asRaised,
};

function describeStatus({ status = 0 }: FetchErrorDetails, host: string, l10n: Localizer): string {
  if (status === 404 || status === 410) return l10n.t('{0} has no such file ({1}).', host, status);
  if (status === 401 || status === 403) {
    return l10n.t('{0} refuses it ({1}). The link may have expired or need a login.', host, status);
  }
  if (status === 429) return l10n.t('{0} asks for fewer requests ({1}). Try again later.', host, status);
  if (status >= 500) return l10n.t('{0} has a fault of its own ({1}). Try again later.', host, status);
  return l10n.t('{0} answered with status {1}.', host, status);
}

function describeDifference({ expected, actual }: FetchErrorDetails, l10n: Localizer): string {
  return l10n.t('expected {0}, found {1}.', expected ?? '?', actual ?? '?');
}

function describeSpace({ neededBytes, availableBytes }: FetchErrorDetails, l10n: Localizer): string {
  if (neededBytes === undefined || availableBytes === undefined) return l10n.t('The disk is full. Free some space.');
  return l10n.t('The disk is full: {0} needed, {1} free.', formatBytes(neededBytes), formatBytes(availableBytes));
}

function describeKept({ code, details: { keptBytes = 0 } }: PlainFetchError, l10n: Localizer): string | null {
  if (keptBytes === 0 || code === 'cancelled') return null;
  return l10n.t('{0} are kept; another try goes on from there.', formatBytes(keptBytes));
}

function nextSteps({ code, details }: PlainFetchError): NextStep[] {
  switch (code) {
    case 'untrusted':
      return details.host === undefined ? ['manageTrust'] : ['openLog'];
    case 'destinationExists':
      return details.reason === 'EISDIR' ? ['openLog'] : ['retry', 'openLog'];
    case 'invalidRequest':
    case 'unsupportedUrl':
    case 'unsafePath':
    case 'insecureRedirect':
    case 'tooLarge':
    case 'sizeMismatch':
      return ['openLog'];
    default:
      return ['retry', 'openLog'];
  }
}
