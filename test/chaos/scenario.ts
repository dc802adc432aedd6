// Random transfers: what is served, what goes wrong, when it is interrupted. Drawn by fast-check, so that failures shrink.
import * as fc from 'fast-check';
import { makeObject, type Fault } from '../support/faults';

export interface Scenario {
  readonly sizeBytes: number;
  readonly connections: number;
  readonly validator: 'strong' | 'weak' | 'date' | 'none';
  readonly hasIntegrity: boolean;
  readonly hasOldFile: boolean;
  /** Fault of the request with that index; later requests meet none. */
  readonly faults: readonly Fault[];
  /** The object becomes another one of the same size at this request; null: never. */
  readonly changesAtRequest: number | null;
  /** Sessions that are broken off after so many requests, one after another, before the last one. */
  readonly interruptions: readonly number[];
}

export const FIRST_SEED = 1;
export const SECOND_SEED = 2;
const KIBIBYTE = 1024;
const OLD_DATE = 'Tue, 10 Mar 2020 10:00:00 GMT';

const by = fc.constantFrom('fin' as const, 'rst' as const);
const offset = fc.oneof(fc.nat(2000), fc.nat(400 * KIBIBYTE));

/** Faults that a later try can mend. None of them may lie in a way that only a hash could tell. */
const transientFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant({}),
  fc.record({ afterBytes: offset, by }).map((cut): Fault => ({ cut })),
  by.map((drop): Fault => ({ drop })),
  fc.constantFrom(429, 500, 502, 503, 504).map((status): Fault => ({ status })),
  fc.constantFrom('0', '2', 'abc').map((wait): Fault => ({ status: 503, headers: { 'Retry-After': wait } })),
  fc.constant<Fault>({ ignoresRange: true }),
  fc.integer({ min: 1, max: 300 * KIBIBYTE }).map((maxRangeBytes): Fault => ({ maxRangeBytes })),
  offset.map((stallAfterBytes): Fault => ({ stallAfterBytes })),
  fc
    .constantFrom('chunked' as const, 'chunkedUnterminated' as const, 'badChunk' as const)
    .map((framing): Fault => ({ framing })),
  fc
    .constantFrom(null, 'bytes 5-10/20', 'rubbish', 'bytes 0-0/*')
    .map((value): Fault => ({ headers: { 'Content-Range': value } })),
  fc.integer({ min: 1, max: 100 }).map((extraBytes): Fault => ({ extraBytes })),
  fc.constant<Fault>({ status: 416, headers: { 'Content-Range': 'bytes */7' } }),
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  sizeBytes: fc.oneof(
    { weight: 3, arbitrary: fc.nat(600 * KIBIBYTE) },
    { weight: 1, arbitrary: fc.integer({ min: 8 * KIBIBYTE * KIBIBYTE, max: 10 * KIBIBYTE * KIBIBYTE }) },
  ),
  connections: fc.integer({ min: 1, max: 8 }),
  validator: fc.constantFrom('strong' as const, 'strong' as const, 'weak' as const, 'date' as const, 'none' as const),
  hasIntegrity: fc.boolean(),
  hasOldFile: fc.boolean(),
  faults: fc.array(transientFault, { maxLength: 10 }),
  changesAtRequest: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 3 }),
  interruptions: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

/** What is served, by seed. */
export function describeObject({ sizeBytes, validator }: Scenario, seed: number): ReturnType<typeof makeObject> {
  const etags = { strong: `"v${seed}"`, weak: `W/"v${seed}"`, date: null, none: null };
  const lastModified = validator === 'date' ? OLD_DATE.replace('10:00:00', `10:00:0${seed}`) : null;
  return makeObject({ sizeBytes, seed, etag: etags[validator], lastModified });
}
