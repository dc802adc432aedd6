// Checks what the worker thread says before the host believes it. The messages themselves are protocol.ts.
import * as v from 'valibot';
import { fetchErrorCodes, type PlainFetchError } from '../assets/fetchError';
import { integritySchema } from '../assets/integrity';
import { diagnosisStepSchema } from './diagnosis';
import { isListReading } from './listReading';
import type { EngineMessage, ListReading } from './protocol';

const id = v.string();
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const totalBytes = v.nullable(bytes);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));

const detailsSchema = v.object({
  host: v.optional(v.string()),
  path: v.optional(v.string()),
  status: v.optional(v.number()),
  expected: v.optional(v.string()),
  actual: v.optional(v.string()),
  retryAfterMs: v.optional(v.number()),
  neededBytes: v.optional(v.number()),
  availableBytes: v.optional(v.number()),
  proxy: v.optional(v.string()),
  keptBytes: v.optional(v.number()),
  reason: v.optional(v.string()),
  isFinal: v.optional(v.boolean()),
  suppressed: v.optional(v.array(v.string())),
});

const errorSchema = v.object({ code: v.picklist(fetchErrorCodes), message: v.string(), details: detailsSchema });

const resultSchema = v.object({
  path: v.string(),
  bytes,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  verifiedBy: v.string(),
  seconds: amount,
  fetchedBytes: bytes,
  resumedBytes: bytes,
  connections: count,
});

const unfinishedSchema = v.object({
  key: v.string(),
  displayUrl: v.string(),
  isUrlRedacted: v.boolean(),
  root: v.string(),
  path: v.string(),
  isFolder: v.boolean(),
  integrity: v.array(integritySchema),
  receivedBytes: bytes,
  totalBytes,
  savedAtMs: v.number(),
});

const engineMessageSchema = v.variant('type', [
  v.object({ type: v.literal('started'), id, name: v.string(), key: v.string(), totalBytes, resumedBytes: bytes }),
  v.object({
    type: v.literal('progress'),
    id,
    receivedBytes: bytes,
    totalBytes,
    bytesPerSecond: amount,
    connections: count,
  }),
  v.object({ type: v.literal('retrying'), id, attempt: count, attempts: count, delayMs: amount, error: errorSchema }),
  v.object({ type: v.literal('waiting'), id }),
  v.object({ type: v.literal('verifying'), id }),
  v.object({ type: v.literal('done'), id, result: resultSchema }),
  v.object({ type: v.literal('failed'), id, error: errorSchema }),
  v.object({ type: v.literal('log'), level: v.picklist(['debug', 'info', 'warn', 'error']), text: v.string() }),
  v.object({ type: v.literal('unfinished'), id, transfers: v.array(unfinishedSchema) }),
  v.object({ type: v.literal('discarded'), id, error: v.nullable(errorSchema) }),
  v.object({ type: v.literal('diagnosis'), id, steps: v.array(diagnosisStepSchema) }),
  v.object({ type: v.literal('listRead'), id, reading: v.custom<ListReading>(isListReading) }),
  v.object({
    type: v.literal('listEdited'),
    id,
    change: v.nullable(v.object({ offset: bytes, length: bytes, content: v.string() })),
    error: v.nullable(errorSchema),
  }),
]);

/** A message from the engine, checked; null for anything else. Fields that the protocol does not know are dropped. */
export function parseEngineMessage(message: unknown): EngineMessage | null {
  const parsed = v.safeParse(engineMessageSchema, message);
  // Valibot types a missing detail as `undefined`, which exactOptionalPropertyTypes tells apart from absent; its output has it absent.
  return parsed.success ? (parsed.output as EngineMessage & { error?: PlainFetchError }) : null;
}
