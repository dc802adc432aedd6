// The NDJSON of --json: one object a line. Field names are a contract that outside tools rely on; add, never rename.
import type { EngineMessage, TransferEvent } from '../bridge/protocol';

/** The line's object for a message of the engine; null for those that are no events. `url` must be free of secrets. */
export function toJsonEvent(message: EngineMessage, url: string): object | null {
  switch (message.type) {
    case 'log':
    case 'unfinished':
    case 'discarded':
      return null;
    default:
      return fieldsOf(message, url);
  }
}

function fieldsOf(event: TransferEvent, url: string): object {
  switch (event.type) {
    case 'started': {
      const { name, totalBytes, resumedBytes } = event;
      return { event: 'start', url, name, totalBytes, resumedBytes };
    }
    case 'progress': {
      const { receivedBytes, totalBytes, bytesPerSecond, connections } = event;
      return { event: 'progress', receivedBytes, totalBytes, bytesPerSecond, connections };
    }
    case 'retrying': {
      const { attempt, attempts, delayMs, error } = event;
      return { event: 'retrying', attempt, attempts, delayMs, code: error.code, message: error.message };
    }
    case 'waiting':
    case 'verifying':
      return { event: event.type };
    case 'done':
      return { event: 'done', ...event.result };
    case 'failed':
      return { event: 'failed', ...event.error };
  }
}
