// The Content-Range header. Pure. RFC 9110 §14.4.

/** `bytes 0-99/150`: start 0, end 100 (exclusive), total 150. A star in the place of the range or the total is null here. */
export interface ContentRange {
  readonly start: number | null;
  readonly end: number | null;
  readonly totalBytes: number | null;
}

const FORM = /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16}|\*)$/i;

/** Null where the header is missing, malformed or contradicts itself: such a response must not be recombined. */
export function parseContentRange(value: string | null): ContentRange | null {
  const match = FORM.exec(value?.trim() ?? '');
  if (!match) return null;
  const [, first, last, total] = match;
  const totalBytes = total === undefined || total === '*' ? null : Number(total);
  if (first === undefined || last === undefined)
    return totalBytes === null ? null : { start: null, end: null, totalBytes };
  const start = Number(first);
  const end = Number(last) + 1;
  const isSound = start < end && Number.isSafeInteger(end) && (totalBytes === null || end <= totalBytes);
  return isSound ? { start, end, totalBytes } : null;
}
