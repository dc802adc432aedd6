// Checks an asset list that the engine has read. By hand: a list may have ten thousand entries, and a schema library takes
// longer over them than the host's thread may be held up.
import { fetchErrorCodes } from '../assets/fetchError';

/** Whether a value has the shape of a ListReading, as far as the host relies on it. */
export function isListReading(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value['list'])) return false;
  const { assets, problems, manifest } = value['list'];
  return (
    isListOf(assets, isAsset) &&
    isListOf(problems, isProblem) &&
    (manifest === null || isRecord(manifest)) &&
    (value['states'] === null || isListOf(value['states'], isState)) &&
    (value['error'] === null || isError(value['error']))
  );
}

function isAsset(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value['path'] === 'string' &&
    isListOf(value['urls'], isText) &&
    isListOf(value['integrity'], isRecord) &&
    (value['sizeBytes'] === null || typeof value['sizeBytes'] === 'number') &&
    typeof value['isExecutable'] === 'boolean' &&
    (value['platforms'] === null || isListOf(value['platforms'], isText)) &&
    typeof value['index'] === 'number' &&
    isSpan(value) &&
    isRecord(value['fields']) &&
    isListOf(value['fields']['urls'], isSpan)
  );
}

function isProblem(value: unknown): boolean {
  return (
    isRecord(value) && isText(value['code']) && isText(value['message']) && isText(value['severity']) && isSpan(value)
  );
}

function isState(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if (value['type'] === 'unreadable') return isError(value['error']);
  return ['missing', 'file', 'blocked', 'escapes'].includes(value['type'] as string);
}

function isError(value: unknown): boolean {
  const codes: readonly unknown[] = fetchErrorCodes;
  return isRecord(value) && codes.includes(value['code']) && isText(value['message']) && isRecord(value['details']);
}

function isSpan(value: unknown): boolean {
  return isRecord(value) && typeof value['offset'] === 'number' && typeof value['length'] === 'number';
}

function isListOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(holds);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
