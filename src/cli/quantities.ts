// Numbers as people write them on a command line: sizes, seconds, counts.
import { UsageError } from './usageError';

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** `1048576`, `10M` (million), `1.5GiB` (1024³): a size in bytes. Throws UsageError that names `option`. */
export function parseSizeBytes(text: string, option: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?$/i.exec(text) ?? [];
  const factor = unitBytes[unit?.toLowerCase() ?? ''];
  const bytes = Math.round(Number(digits) * (factor ?? Number.NaN));
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`${option} wants a size in bytes, such as 1048576, 10M or 1GiB, not "${text}".`);
  }
  return bytes;
}

/** `60`, `0.5`: seconds above zero, as milliseconds. Throws UsageError that names `option`. */
export function parseSecondsAsMs(text: string, option: string): number {
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : 0;
  // A timer beyond 2^31-1 ms fires at once.
  if (ms < 1 || ms > 2 ** 31 - 1) throw new UsageError(`${option} wants seconds above zero, not "${text}".`);
  return ms;
}

/** A whole number from `least` to `most`. Throws UsageError that names `option`. */
export function parseCount(text: string, option: string, least: number, most: number): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(count >= least && count <= most)) {
    throw new UsageError(`${option} wants a whole number from ${least} to ${most}, not "${text}".`);
  }
  return count;
}
