// One transfer in an engine of its own, from start to end.
import type { FetchRequest } from '../assets/request';
import type { EngineConfig } from '../bridge/protocol';
import type { BatchOutcome } from '../bridge/batchOutcome';
import type { Surroundings } from './surroundings';
import type { Report } from './transferReporter';
import { whenAborted } from './whenAborted';

/** Runs one transfer in an engine that is gone when this resolves. An interrupt cancels it and keeps its bytes. */
export async function runOneTransfer(
  request: FetchRequest,
  config: EngineConfig,
  report: Report,
  { openEngine, onInterrupt }: Surroundings,
): Promise<BatchOutcome> {
  const id = 'get';
  // Listened to before the engine is loaded: an early Ctrl-C must end like a late one.
  const interrupted = new AbortController();
  const stopListening = onInterrupt(() => interrupted.abort());
  let settle: (outcome: BatchOutcome) => void;
  const ended = new Promise<BatchOutcome>((resolve) => (settle = resolve));
  const engine = await openEngine(config, (message) => {
    report(message);
    if (message.type === 'done' || message.type === 'failed') settle(message);
  });
  try {
    engine.start(id, request);
    whenAborted(interrupted.signal, () => engine.cancel(id));
    return await ended;
  } finally {
    await engine.dispose();
    stopListening();
  }
}
