// Acting on a request to stop that may have come already.

/** Calls `act` once: now where the signal is aborted, else as soon as it is. */
export function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}
