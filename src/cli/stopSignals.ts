// Requests to stop the process, heard from its first moment: one that comes before a command listens is not lost.
import { exitCodes } from '../assets/exitCode';

/** Calls `interrupt` at the first request to stop, also where it has come already. The result stops listening. */
export type OnInterrupt = (interrupt: () => void) => () => void;

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Listens from now on until the process ends. The first signal asks to stop; the second ends the process at once, with the
 * journal as the last checkpoint left it.
 */
export function listenForStopSignals(): OnInterrupt {
  const asked = new AbortController();
  const onSignal = (): void => {
    if (asked.signal.aborted) process.exit(exitCodes.interrupted);
    asked.abort();
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return (interrupt) => {
    if (asked.signal.aborted) interrupt();
    else asked.signal.addEventListener('abort', interrupt, { once: true });
    return () => asked.signal.removeEventListener('abort', interrupt);
  };
}
