// Quantities as people read them, the same in a terminal and in the editor. Pure: no locale, no clock.
import prettyBytes from 'pretty-bytes';

/** `42 MB`, `1.25 GB`: a size for people, in three digits. */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes);
}

/** `0:07`, `12:34`, `3:04:05`; null beyond four days, where a figure says nothing. */
export function formatDuration(seconds: number): string | null {
  if (!(seconds < 4 * 86_400)) return null;
  const whole = Math.max(0, Math.ceil(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (count: number): string => String(count).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Whole percent, never 100 before the last byte; null where the total is unknown. An empty file is at 100. */
export function percentOf(receivedBytes: number, totalBytes: number | null): number | null {
  if (totalBytes === null) return null;
  if (totalBytes === 0) return 100;
  return Math.min(100, Math.max(0, Math.floor((receivedBytes / totalBytes) * 100)));
}
