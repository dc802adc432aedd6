// How many connections a file deserves: doubled or more while that pays, taken back where it does not. Pure: time and rates come in.

/** The ramp's memory between two looks. Times are monotonic milliseconds. */
export interface Ramp {
  /** Connections wanted now. */
  readonly target: number;
  /** Connections and total rate before the last growth; null before the first. */
  readonly before: { readonly target: number; readonly bytesPerSecond: number } | null;
  /** Start of the window under measurement and the bytes received by then; null until every connection has brought a byte. */
  readonly window: { readonly startMs: number; readonly receivedBytes: number } | null;
  /** No growth before this time. */
  readonly quietUntilMs: number;
  /** How long the next growth that does not pay keeps the ramp quiet. */
  readonly quietMs: number;
  /** Whether the last growth was measured anew, for the rate before it had been a burst. */
  readonly isMeasuredAnew: boolean;
}

export interface RampInput {
  readonly nowMs: number;
  readonly receivedBytes: number;
  readonly activeConnections: number;
  /** Whether every connection has received body bytes. */
  readonly allFlow: boolean;
  /** Most connections allowed now (file, host and learnt limits). */
  readonly limit: number;
  /** Whether this machine (processor or disk) is what holds the transfer up: more connections can't help. */
  readonly isLocallyBound: boolean;
}

const WINDOW_MS = 40;
/** Servers that hold back their rate send in bursts: a growth is given this long to show that it pays. */
const PATIENCE_MS = 400;
/** Growth pays where the total rate rises by this much of what proportional growth would have brought. */
const LEAST_GAIN = 0.3;
/** A connection this fast is held up by processors and disks, not by its server or its distance. */
const FAST_BYTES_PER_SECOND = 200 * 1024 * 1024;
/** Where it brings this much of it, the next growth takes two steps at once. */
const FULL_GAIN = 0.7;
/** More connections do not make a link slower: a rate that falls below this part of the one before was measured in a burst. */
const BURST_RATIO = 0.8;
/** After a growth that did not pay, the next try is so much later; a single one may have met a hiccup of disk or network. */
const FIRST_QUIET_MS = 500;
const LONGEST_QUIET_MS = 8_000;

/** A download begins with one connection, of which nothing is known. */
export const initialRamp: Ramp = {
  target: 1,
  before: null,
  window: null,
  quietUntilMs: 0,
  quietMs: FIRST_QUIET_MS,
  isMeasuredAnew: false,
};

/** The ramp after one more look; call it every 20 to 100 ms. */
export function stepRamp(ramp: Ramp, input: RampInput): Ramp {
  if (ramp.target > input.limit) return { ...ramp, target: Math.max(1, input.limit), before: null, window: null };
  if (!input.allFlow || input.activeConnections < ramp.target) return { ...ramp, window: null };
  const { window } = ramp;
  if (window === null) return { ...ramp, window: { startMs: input.nowMs, receivedBytes: input.receivedBytes } };
  const elapsedMs = input.nowMs - window.startMs;
  if (elapsedMs < WINDOW_MS || input.nowMs < ramp.quietUntilMs) return ramp;
  return decide(ramp, input, ((input.receivedBytes - window.receivedBytes) / elapsedMs) * 1000, elapsedMs);
}

function decide(
  ramp: Ramp,
  { nowMs, limit, isLocallyBound }: RampInput,
  bytesPerSecond: number,
  elapsedMs: number,
): Ramp {
  const { before, target } = ramp;
  const proportional = before === null ? 0 : before.bytesPerSecond * (target / before.target - 1);
  const gain = before === null ? 0 : bytesPerSecond - before.bytesPerSecond;
  const hasPaid = before === null || gain >= LEAST_GAIN * proportional;
  if (!hasPaid && elapsedMs < PATIENCE_MS) return ramp;
  if (!hasPaid && !ramp.isMeasuredAnew && bytesPerSecond < BURST_RATIO * before.bytesPerSecond)
    return { ...ramp, before: null, window: null, isMeasuredAnew: true };
  if (!hasPaid) return stepBack(ramp, before.target, nowMs);
  const isFast = bytesPerSecond / target >= FAST_BYTES_PER_SECOND;
  if (isFast || isLocallyBound || target >= limit)
    return { ...ramp, before: null, window: null, quietUntilMs: nowMs + WINDOW_MS };
  const factor = before !== null && gain >= FULL_GAIN * proportional ? 4 : 2;
  const grown = Math.min(limit, target * factor);
  const isMeasuredAnew = before === null && ramp.isMeasuredAnew;
  return { ...ramp, target: grown, before: { target, bytesPerSecond }, window: null, quietUntilMs: 0, isMeasuredAnew };
}

function stepBack(ramp: Ramp, target: number, nowMs: number): Ramp {
  const quietMs = Math.min(LONGEST_QUIET_MS, ramp.quietMs * 2);
  return { target, before: null, window: null, quietUntilMs: nowMs + ramp.quietMs, quietMs, isMeasuredAnew: false };
}
