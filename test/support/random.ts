// Random numbers that a seed replays. Tests print the seed they drew; ASSET_FETCH_SEED sets it.

/** Draws numbers in [0, 1). */
export type Random = () => number;

/** mulberry32: small, fast, and the same on every platform. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` to `to`, both included. */
export function drawInteger(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** The seed to use: that of ASSET_FETCH_SEED, else a new one. */
export function chooseSeed(): number {
  const given = Number(process.env['ASSET_FETCH_SEED']);
  return Number.isSafeInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31);
}
