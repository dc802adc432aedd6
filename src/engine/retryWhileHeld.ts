// Windows refuses to rename a file that an antivirus or indexer looks at; they let go after moments.
import type { Disk } from './disk';
import { errnoOf } from './localError';

const HELD = new Set(['EPERM', 'EACCES', 'EBUSY']);
const FIRST_DELAY_MS = 20;
const MOST_DELAY_MS = 1_000;
/** Scanners of large files take seconds; after this much waiting in all the refusal is believed. */
const MOST_WAITING_MS = 15_000;

/** Runs `move`, on Windows again and again while it is refused, with growing pauses. Raises the last refusal, or the signal's reason. */
export async function retryWhileHeld<T>(
  { clock, platform }: Pick<Disk, 'clock' | 'platform'>,
  signal: AbortSignal,
  move: () => Promise<T>,
): Promise<T> {
  let waitedMs = 0;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, MOST_DELAY_MS)) {
    try {
      return await move();
    } catch (error) {
      const isHeld = platform === 'win32' && HELD.has(errnoOf(error) ?? '');
      if (!isHeld || waitedMs >= MOST_WAITING_MS) throw error;
    }
    await clock.sleep(delayMs, signal);
    waitedMs += delayMs;
  }
}
