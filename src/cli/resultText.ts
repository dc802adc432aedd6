// A finished transfer as one line for people. "Verified" is said only where a hash proved the bytes.
import { formatBytes } from '../assets/quantityText';
import type { FetchResult } from '../assets/request';

/** `100 MB in 2.3 s (43 MB/s), verified by sha256`. */
export function describeResult(result: FetchResult): string {
  return `${describeAmount(result)}, ${describeProof(result.verifiedBy)}`;
}

function describeAmount({ bytes, seconds, fetchedBytes, resumedBytes, connections }: FetchResult): string {
  if (connections === 0 && fetchedBytes === 0 && resumedBytes === 0) return `${formatBytes(bytes)}, already there`;
  const speed = seconds > 0 ? ` (${formatBytes(Math.round(fetchedBytes / seconds))}/s)` : '';
  const resumed = resumedBytes > 0 ? `, of which ${formatBytes(resumedBytes)} were kept from before` : '';
  return `${formatBytes(bytes)} in ${seconds.toFixed(1)} s${speed}${resumed}`;
}

/** What `verifiedBy` of a FetchResult means, in words. */
export function describeProof(verifiedBy: string): string {
  if (verifiedBy === 'none') return 'complete, unverified: no hash was given and the server announced no size';
  if (verifiedBy === 'size') return 'complete, unverified: no hash was given, the size matches';
  if (verifiedBy.startsWith('published:')) {
    return `matches the hash that the server publishes (${verifiedBy.slice('published:'.length)}), no hash was given`;
  }
  const isWeakOnly = verifiedBy.split(',').every((proof) => proof.includes('(weak)'));
  if (isWeakOnly) return `checked by ${verifiedBy} alone, which detects accidents but no attackers`;
  return `verified by ${verifiedBy.replaceAll(',', ', ')}`;
}
