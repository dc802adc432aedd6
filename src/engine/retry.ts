// Is a failure worth another try, and after how many milliseconds? Pure. RFC 9110 §10.2.3 for Retry-After.
import type { FetchError } from '../assets/fetchError';

/** The constants behind every wait. docs/reliability.md repeats them. */
export const retryPolicy = {
  firstDelayMs: 500,
  longestDelayMs: 30_000,
  /** A server that asks for more than this is taken at its word: the transfer ends and says until when. */
  longestRetryAfterMs: 120_000,
  /** Progress refills the budget of tries, so an hourglass of its own ends a transfer that creeps for ever. */
  longestTransferMs: 24 * 3_600_000,
  /** A body that brings less than this over a whole idle timeout counts as stalled. */
  leastBytesPerSecond: 64,
} as const;

const RETRYABLE_STATUS = new Set([408, 425, 429]);
const FINAL_SERVER_STATUS = new Set([501, 505, 511]);

/** Connection errors, short bodies, 408, 425, 429 and 5xx but 501, 505 and 511. Certificates, hashes and other 4xx do not heal. */
export function isWorthRetry(error: FetchError): boolean {
  if (error.details.isFinal) return false;
  switch (error.code) {
    case 'connectFailed':
    case 'nameUnresolved':
    case 'timedOut':
    case 'truncated':
    case 'protocolViolation':
      return true;
    case 'httpStatus':
      return isRetryableStatus(error.details.status ?? 0);
    default:
      return false;
  }
}

function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUS.has(status) || (status >= 500 && status < 600 && !FINAL_SERVER_STATUS.has(status));
}

/** Whether the server says that there are too many of us: 429, 503, or a connection refused or reset before an answer. */
export function asksForFewerConnections(error: FetchError): boolean {
  if (error.code === 'connectFailed') return true;
  return error.code === 'httpStatus' && (error.details.status === 429 || error.details.status === 503);
}

/**
 * Milliseconds to wait before try number `attempt` (from 1): exponential with full jitter, never less than the server asked.
 * `random` is in [0, 1).
 */
export function backOffMs(attempt: number, retryAfterMs: number | null, random: number): number {
  const ceiling = Math.min(retryPolicy.longestDelayMs, retryPolicy.firstDelayMs * 2 ** (attempt - 1));
  return Math.max(retryAfterMs ?? 0, Math.round(ceiling * random));
}

/** Retry-After as milliseconds from now; seconds or an HTTP date. Null for rubbish; a date in the past is 0. */
export function parseRetryAfter(value: string | null, wallClockMs: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - wallClockMs);
}
