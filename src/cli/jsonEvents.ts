// The NDJSON of --json: one object a line. Field names are a contract that outside tools rely on; add, never rename.
import { replaceUnprintable } from '../assets/printable';
import type { EngineMessage, TransferEvent } from '../bridge/protocol';

/** The line's object for a message of the engine, with the facts that say what it is about; null for those that are no events. */
export function toJsonEvent(message: EngineMessage, about: object = {}): object | null {
  switch (message.type) {
    case 'log':
    case 'unfinished':
    case 'discarded':
    case 'listRead':
    case 'listEdited':
    case 'diagnosis':
      return null;
    default:
      return { ...fieldsOf(message), ...about };
  }
}

function fieldsOf(event: TransferEvent): object {
  switch (event.type) {
    case 'started': {
      const { name, totalBytes, resumedBytes } = event;
      return { event: 'start', name, totalBytes, resumedBytes };
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

/**
 * The object as one line of JSON. What servers put into it may be shown by a terminal, so characters that would steer one stand
 * there as `\u009b`; JSON.stringify itself escapes C0 alone.
 */
export function toJsonLine(value: object): string {
  return replaceUnprintable(JSON.stringify(value), (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
