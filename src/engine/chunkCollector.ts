// Frees the buffers of undici's own reads as fast as they come; bodies of known length use their memory again
// (socketReading.ts), save those in TLS through a proxy. Each buffer lies outside V8's heap behind an object of a hundred bytes inside it, so V8 sees no reason to collect before tens of
// megabytes are dead.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A young collection each time this much was received takes well under a millisecond: hardly anything is alive. */
const COLLECT_EVERY_BYTES = 4 * 1024 * 1024;

type Collect = (options: { readonly type: 'minor'; readonly execution: 'sync' }) => void;

/** A function to call with the length of each chunk that is left to the garbage collector of this thread. */
export function makeChunkCollector(): (byteLength: number) => void {
  const collect = findCollect();
  let sinceBytes = 0;
  return (byteLength) => {
    sinceBytes += byteLength;
    if (sinceBytes < COLLECT_EVERY_BYTES) return;
    sinceBytes = 0;
    collect?.({ type: 'minor', execution: 'sync' });
  };
}

/** V8 shows its collector to contexts made after the flag; without it memory is higher and all else the same. */
function findCollect(): Collect | null {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('typeof gc === "function" ? gc : null');
  return typeof collect === 'function' ? (collect as Collect) : null;
}
