// `get`: from parsed options to a request for the engine.
import { statSync } from 'node:fs';
import { parseHeaderLine } from '../assets/headers';
import { combineIntegrity, parseIntegrity, type Integrity } from '../assets/integrity';
import { parseHttpUrl, redactUrl } from '../assets/redact';
import { makeRequest, type FetchRequest } from '../assets/request';
import { translateLocalError } from '../engine/localError';
import { asUsage } from './asUsage';
import { engineOptionSpecs, readConnections } from './engineOptions';
import { readOverwrite } from './overwrite';
import { commonOptions, type OptionSpecs, type ParsedOptions } from './parseOptions';
import { placeOutput } from './placeOutput';
import { parseSizeBytes } from './quantities';
import { UsageError } from './usageError';

export const getOptionSpecs = {
  ...commonOptions,
  ...engineOptionSpecs,
  output: { type: 'string', short: 'o' },
  dir: { type: 'string', short: 'd' },
  integrity: { type: 'string' },
  header: { type: 'string' },
  mirror: { type: 'string' },
  'max-size': { type: 'string' },
  overwrite: { type: 'string' },
  'checksum-url': { type: 'string' },
} as const satisfies OptionSpecs;

/** The request that the arguments of `get` describe. Throws UsageError, or FetchError for a folder that is missing or may not be looked at. */
export function readRequest(options: ParsedOptions, cwd: string): FetchRequest {
  const maxSize = options.last('max-size');
  return makeRequest({
    urls: [readOnlyUrl(options.operands), ...options.all('mirror').map((url) => checkUrl(url, '--mirror'))],
    ...placeOutput({ file: options.last('output'), folder: options.last('dir'), cwd }, isExistingFolder),
    integrity: readIntegrity(options.all('integrity')),
    checksumUrl: readChecksumUrl(options.last('checksum-url')),
    headers: readHeaders(options.all('header')),
    overwrite: readOverwrite(options.last('overwrite')),
    maxSizeBytes: maxSize === null ? null : parseSizeBytes(maxSize, '--max-size'),
    connections: readConnections(options),
  });
}

function readOnlyUrl(operands: readonly string[]): string {
  const [url, second] = operands;
  if (url === undefined) throw new UsageError('get needs a URL: asset-fetch get https://example.com/file');
  if (second !== undefined) {
    throw new UsageError(`get takes one URL, and "${redactUrl(second)}" is a second. Mirrors are given by --mirror.`);
  }
  return checkUrl(url, 'get');
}

/** The URL as it was written but for blanks around it, once it is known to be http or https. Throws UsageError that begins with `where`. */
export function checkUrl(text: string, where: string): string {
  asUsage(where, () => parseHttpUrl(text));
  return text.trim();
}

function readChecksumUrl(text: string | null): string | null {
  return text === null || text === 'sibling' ? text : checkUrl(text, '--checksum-url');
}

function readIntegrity(texts: readonly string[]): Integrity[] {
  return asUsage('--integrity', () => combineIntegrity(texts.flatMap(parseIntegrity)));
}

/** Headers by name, from `--header` lines. Throws UsageError, which never holds a value. */
export function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const { name, value } = asUsage('--header', () => parseHeaderLine(line));
    const isTwice = [...headers.keys()].some((other) => other.toLowerCase() === name.toLowerCase());
    if (isTwice) throw new UsageError(`--header: ${name} is given twice. Join the values in one header.`);
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

function isExistingFolder(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    throw translateLocalError(error, 'prepare', folder);
  }
}
