// How long after a change of a file another one might leave its times as they are ("racily clean" in git).

const SECOND_NS = 1_000_000_000n;
/** Kernels stamp files once a tick: 4 to 16 ms. */
const FINE_NS = 20_000_000n;
/** FAT stores two seconds, HFS+ one: a time without a fraction may be from there. */
const COARSE_NS = 2n * SECOND_NS;

/** Nanoseconds that have to pass after `timeNs`, a file's modification or change time, before a change would show. */
export function timeResolutionNs(timeNs: bigint): bigint {
  return timeNs % SECOND_NS === 0n ? COARSE_NS : FINE_NS;
}
