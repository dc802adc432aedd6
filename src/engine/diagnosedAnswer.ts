// What the head of an answer lets a transfer do: told with the very functions that a transfer decides by.
import {
  describePublished,
  findFragmentHashes,
  findPublishedHashes,
  findRedirectHashes,
  type PublishedHash,
} from '../assets/publishedHashes';
import { formatBytes } from '../assets/quantityText';
import { displayHost } from '../assets/redact';
import type { DiagnosisStep } from '../bridge/diagnosis';
import type { FollowedResponse } from './redirects';
import { judgeResponse, type ResponseAction } from './responseAction';
import { LEAST_SPLIT_FILE_BYTES } from './segments';
import type { RemoteObject } from './validator';

type Write = Extract<ResponseAction, { type: 'write' }>;

/** The steps from `answer` on; only the first where the answer is no file. */
export function* diagnoseAnswer(url: URL, followed: FollowedResponse): Generator<DiagnosisStep> {
  const { response, hops } = followed;
  const { head } = response;
  const action = judge(followed);
  if (action.type === 'complete') {
    yield { step: 'answer', outcome: 'ok', text: `Status ${head.status}: the file is empty.` };
    return;
  }
  if (action.type !== 'write') {
    yield { step: 'answer', outcome: 'fail', text: action.error.message };
    return;
  }
  const { totalBytes } = action.object;
  const hashes = [
    ...findFragmentHashes(url),
    ...hops.flatMap((hop) => findRedirectHashes(hop.head.headers.toRecord())),
    ...findPublishedHashes(head.headers.toRecord(), totalBytes !== null && action.end === totalBytes),
  ];
  yield describeAnswer(head.status, totalBytes, head.headers.get('content-type'));
  yield describeRanges(action);
  yield describeValidators(action.object);
  yield describeHashes(hashes);
  yield describeOutlook(action, hashes);
}

function judge({ response, finalUrl, hops }: FollowedResponse): ResponseAction {
  return judgeResponse(response.head, {
    host: displayHost(finalUrl),
    urlFileName: finalUrl.pathname.split('/').at(-1) ?? '',
    asked: { start: 0, end: null },
    object: null,
    heldBytes: 0,
    expectedBytes: null,
    maxBytes: null,
    hasGivenHash: false,
    wasRedirected: hops.length > 0,
    wallClockMs: Date.now(),
  });
}

function describeAnswer(status: number, totalBytes: number | null, contentType: string | null): DiagnosisStep {
  const type = contentType === null ? '' : `, ${contentType}`;
  if (totalBytes !== null)
    return { step: 'answer', outcome: 'ok', text: `Status ${status}, ${formatBytes(totalBytes)}${type}.` };
  const text = `Status ${status}, of unknown length${type}: a cut can't be told from the end unless a hash is given.`;
  return { step: 'answer', outcome: 'warn', text };
}

function describeRanges({ allowsRanges }: Write): DiagnosisStep {
  if (allowsRanges === 'yes')
    return { step: 'ranges', outcome: 'ok', text: 'The server sends parts of the file when asked.' };
  const text = allowsRanges === 'maybe' ? 'Promised by the server, but not used for this answer.' : 'Not supported.';
  return { step: 'ranges', outcome: 'warn', text };
}

function describeValidators({ validator, etag, lastModified }: RemoteObject): DiagnosisStep {
  if (validator !== null) {
    const name = validator.kind === 'etag' ? 'ETag' : 'Last-Modified';
    return { step: 'validators', outcome: 'ok', text: `Strong: ${name} ${validator.value}.` };
  }
  const weak = etag ?? lastModified;
  const text = weak === null ? 'None: a change of the file would go unnoticed.' : `Only a weak one: ${weak}.`;
  return { step: 'validators', outcome: 'warn', text };
}

function describeHashes(hashes: readonly PublishedHash[]): DiagnosisStep {
  if (hashes.length === 0)
    return { step: 'hashes', outcome: 'ok', text: 'None published. Give one to have the file proven.' };
  return { step: 'hashes', outcome: 'ok', text: `Published: ${describePublished(hashes)}.` };
}

/** What a transfer would make of all this, without a hash given and with one. */
function describeOutlook({ object, allowsRanges }: Write, hashes: readonly PublishedHash[]): DiagnosisStep {
  if (allowsRanges === 'no') {
    return { step: 'outlook', outcome: 'warn', text: 'One connection; an interrupted download starts over.' };
  }
  const isLarge = (object.totalBytes ?? 0) >= LEAST_SPLIT_FILE_BYTES;
  const connections = isLarge ? 'several connections' : 'one connection (the file is small)';
  const hasFragment = hashes.some(({ source }) => source === 'url fragment');
  if (object.validator !== null || hasFragment) {
    return { step: 'outlook', outcome: 'ok', text: `Can be resumed; ${connections}.` };
  }
  const text = `One connection, and an interrupted download starts over. With a hash given: can be resumed, ${connections}.`;
  return { step: 'outlook', outcome: 'warn', text };
}
