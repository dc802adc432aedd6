// One wanted file, as the engine takes it. Callers (editor, command line, manifest) build it; the schema checks it.
import * as v from 'valibot';
import { integritySchema, type Integrity } from './integrity';

/** What to do when the destination exists and does not already hold the wanted bytes. */
export const overwritePolicies = ['fail', 'replace', 'keepBoth'] as const;
export type OverwritePolicy = (typeof overwritePolicies)[number];

/**
 * Who supplied the URL. `person`: typed or clicked, their choice, private hosts included. `manifest` and `link`: a file
 * or a page chose it, so private hosts need `allowedPrivateHosts` and link-local ones are refused.
 */
const urlSources = ['person', 'manifest', 'link'] as const;
export type UrlSource = (typeof urlSources)[number];

/** One wanted file. Plain data: it crosses threads and may be kept in secret storage, never in a journal. */
export interface FetchRequest {
  /** The first is the original; the others are mirrors of the same bytes. All http(s). */
  readonly urls: readonly string[];
  /** Absolute path of the folder that the person entitled. Nothing is created or changed outside it. */
  readonly root: string;
  /** Where the file goes: relative to `root`, `/`-separated. With `isFolder` it names a folder in which the server's name is used. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Given hashes; every strong one must hold. Empty: nothing to prove against. */
  readonly integrity: readonly Integrity[];
  /** Where a checksum file lies: an absolute URL, `sibling` (`URL.sha256`, else `SHA256SUMS` beside it) or null for none. */
  readonly checksumUrl: string | null;
  /** Extra request headers; sent to the origin of the first URL alone. */
  readonly headers: Readonly<Record<string, string>>;
  readonly overwrite: OverwritePolicy;
  /** Size that the file must have, in bytes. */
  readonly sizeBytes: number | null;
  /** Most bytes to accept. */
  readonly maxSizeBytes: number | null;
  readonly isExecutable: boolean;
  /** Most connections for this file; null: the engine's limit. */
  readonly connections: number | null;
  readonly source: UrlSource;
  /** Hosts in private networks that a person consented to by name. */
  readonly allowedPrivateHosts: readonly string[];
}

const bytes = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));

/** Validates a request that crosses a boundary (thread, API). Shape only: URLs and paths are judged by the engine. */
export const fetchRequestSchema = v.object({
  urls: v.pipe(v.array(v.string()), v.minLength(1)),
  root: v.pipe(v.string(), v.minLength(1)),
  path: v.string(),
  isFolder: v.boolean(),
  integrity: v.array(integritySchema),
  checksumUrl: v.nullable(v.string()),
  headers: v.record(v.string(), v.string()),
  overwrite: v.picklist(overwritePolicies),
  sizeBytes: bytes,
  maxSizeBytes: bytes,
  isExecutable: v.boolean(),
  connections: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64))),
  source: v.picklist(urlSources),
  allowedPrivateHosts: v.array(v.string()),
});

/** A request with everything optional left at its default. */
export function makeRequest(
  wanted: Pick<FetchRequest, 'urls' | 'root' | 'path'> & Partial<FetchRequest>,
): FetchRequest {
  return {
    isFolder: false,
    integrity: [] satisfies Integrity[],
    checksumUrl: null,
    headers: {},
    overwrite: 'fail',
    sizeBytes: null,
    maxSizeBytes: null,
    isExecutable: false,
    connections: null,
    source: 'person',
    allowedPrivateHosts: [],
    ...wanted,
  };
}

/** What a finished transfer reports. */
export interface FetchResult {
  /** Absolute path of the published file. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the file as published, lower-case hex. */
  readonly sha256: string;
  /**
   * What proved the bytes. Given hashes: `sha256`, or `sha256,sha512`; weak ones as `md5 (weak)`. Hashes that only the
   * server published: `published:repr-digest` and the like. Nothing but a length that matched: `size`. Not even that: `none`.
   */
  readonly verifiedBy: string;
  /** Wall time, in seconds. */
  readonly seconds: number;
  /** Body bytes that crossed the network in this run, wasted ones included. */
  readonly fetchedBytes: number;
  /** Bytes kept from an earlier run. */
  readonly resumedBytes: number;
  /** Most connections that were open at once. 0: nothing had to be fetched. */
  readonly connections: number;
}
