// Which object a response is a part of: ETag, Last-Modified, length. Pure. RFC 9110 §8.8 and §13.1.5.
import type { ResponseHeaders } from './responseHeaders';

/** A validator strong enough for If-Range: the same value means the same bytes. */
export interface StrongValidator {
  readonly kind: 'etag' | 'lastModified';
  /** The header's value, to be sent back as it came. */
  readonly value: string;
}

/** What is known of the object at a URL. */
export interface RemoteObject {
  /** Length of the whole object in bytes; null where the server does not tell. */
  readonly totalBytes: number | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly validator: StrongValidator | null;
}

const STRONG_ETAG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;
const STRONG_AFTER_MS = 1000;

/** The object that a response's headers describe. `totalBytes` comes from Content-Range or Content-Length, judged by the caller. */
export function readObject(headers: ResponseHeaders, totalBytes: number | null): RemoteObject {
  const etag = headers.get('etag');
  const lastModified = headers.get('last-modified');
  return { totalBytes, etag, lastModified, validator: strongValidator(etag, lastModified, headers.get('date')) };
}

/** A weak ETag rules nothing out and proves nothing; a date is strong once it is a second older than the response (§8.8.2.2). */
function strongValidator(
  etag: string | null,
  lastModified: string | null,
  date: string | null,
): StrongValidator | null {
  if (etag !== null && STRONG_ETAG.test(etag)) return { kind: 'etag', value: etag };
  if (lastModified === null || date === null) return null;
  const ageMs = Date.parse(date) - Date.parse(lastModified);
  return ageMs >= STRONG_AFTER_MS ? { kind: 'lastModified', value: lastModified } : null;
}

/**
 * Whether two responses may be parts of one object. Lengths must agree wherever both are known. A different ETag is a
 * different object, unless a given hash will decide and Last-Modified agrees: server farms make ETags per machine. A part
 * must carry the strong ETag that the whole has (RFC 9110 §15.3.7); a date it may leave out.
 */
export function isSameObject(known: RemoteObject, seen: RemoteObject, hasGivenHash: boolean): boolean {
  if (known.totalBytes !== null && seen.totalBytes !== null && known.totalBytes !== seen.totalBytes) return false;
  if (!hasGivenHash && known.validator?.kind === 'etag' && seen.etag === null) return false;
  const hasBothDates = known.lastModified !== null && seen.lastModified !== null;
  const hasSameDate = hasBothDates && known.lastModified === seen.lastModified;
  if (known.etag === null || seen.etag === null) return !hasBothDates || hasSameDate;
  return known.etag === seen.etag || (hasGivenHash && hasSameDate);
}
