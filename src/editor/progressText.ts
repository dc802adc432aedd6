// What a running or finished transfer says of itself. Words only; where they appear is progress.ts and fetchTask.ts.
import { formatBytes, formatDuration, percentOf } from '../assets/quantityText';
import type { FetchResult } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import type { Localizer } from './localizer';

export interface ProgressFacts {
  readonly receivedBytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number;
}

/** `42 MB of 100 MB, 42 %, 9.8 MB/s, 0:06 left`; without a total `42 MB, 9.8 MB/s`. */
export function describeProgress(facts: ProgressFacts, l10n: Localizer): string {
  const { receivedBytes, totalBytes } = facts;
  const received = formatBytes(receivedBytes);
  const percent = percentOf(receivedBytes, totalBytes);
  const amount = totalBytes === null ? received : l10n.t('{0} of {1}', received, formatBytes(totalBytes));
  return [
    amount,
    percent === null ? null : l10n.t('{0} %', percent),
    describeSpeed(facts, l10n),
    describeLeft(facts, l10n),
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function describeSpeed({ bytesPerSecond }: ProgressFacts, l10n: Localizer): string | null {
  return bytesPerSecond > 0 ? l10n.t('{0}/s', formatBytes(Math.round(bytesPerSecond))) : null;
}

function describeLeft({ receivedBytes, totalBytes, bytesPerSecond }: ProgressFacts, l10n: Localizer): string | null {
  if (totalBytes === null || bytesPerSecond <= 0) return null;
  const left = formatDuration((totalBytes - receivedBytes) / bytesPerSecond);
  return left === null ? null : l10n.t('{0} left', left);
}

/** The state that an event puts a transfer in; null for events that end it. */
export function describeEvent(event: TransferEvent, l10n: Localizer): string | null {
  switch (event.type) {
    case 'started':
      return describeProgress({ ...event, receivedBytes: event.resumedBytes, bytesPerSecond: 0 }, l10n);
    case 'progress':
      return describeProgress(event, l10n);
    case 'retrying': {
      const seconds = Math.ceil(event.delayMs / 1000);
      return l10n.t('retrying in {0} s, attempt {1} of {2}', seconds, event.attempt, event.attempts);
    }
    case 'waiting':
      return l10n.t('another window downloads this file; waiting for it');
    case 'verifying':
      return l10n.t('verifying');
    case 'done':
    case 'failed':
      return null;
  }
}

/** `Saved model.bin, 100 MB, verified by sha256.` "Verified" is said only where a given hash proved the bytes. */
export function describeResult(name: string, { bytes, verifiedBy }: FetchResult, l10n: Localizer): string {
  return l10n.t('Saved {0}, {1}, {2}.', name, formatBytes(bytes), describeProof(verifiedBy, l10n));
}

/** What `verifiedBy` of a FetchResult means, in words. */
export function describeProof(verifiedBy: string, l10n: Localizer): string {
  if (verifiedBy === 'none') return l10n.t('complete but unverified: no hash and no size to check against');
  if (verifiedBy === 'size') return l10n.t('complete, no hash was given');
  if (verifiedBy.startsWith('published:')) {
    return l10n.t('matching the hash that the server publishes ({0})', verifiedBy.slice('published:'.length));
  }
  const proofs = verifiedBy.split(',');
  if (proofs.every((proof) => proof.includes('(weak)'))) {
    return l10n.t('checked by {0}, which stops accidents but no attacker', proofs.join(', '));
  }
  return l10n.t('verified by {0}', proofs.join(', '));
}

/** `Cancelled. 12 MB kept; run it again to go on.` @param keptBytes null where nobody knows how many */
export function describeCancelled(keptBytes: number | null, l10n: Localizer): string {
  if (keptBytes === null) return l10n.t('Cancelled. What was received is kept; run it again to go on.');
  if (keptBytes === 0) return l10n.t('Cancelled. Nothing was kept.');
  return l10n.t('Cancelled. {0} kept; run it again to go on.', formatBytes(keptBytes));
}
