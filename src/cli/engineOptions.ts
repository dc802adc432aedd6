// Options that every downloading command shares: limits, network, state folder.
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { redactUrl, tryParseUrl } from '../assets/redact';
import { defaultEngineConfig, type EngineConfig } from '../bridge/protocol';
import type { OptionSpecs, ParsedOptions } from './parseOptions';
import { parseCount, parseSecondsAsMs } from './quantities';
import type { Surroundings } from './surroundings';
import { UsageError } from './usageError';
import { version } from './version';

/** Options that say how the network is reached. */
export const networkOptionSpecs = {
  proxy: { type: 'string' },
  cacert: { type: 'string' },
} as const satisfies OptionSpecs;

export const engineOptionSpecs = {
  ...networkOptionSpecs,
  connections: { type: 'string' },
  retries: { type: 'string' },
  'idle-timeout': { type: 'string' },
  'state-dir': { type: 'string' },
} as const satisfies OptionSpecs;

/** `--connections N`, or null where it is not given. */
export function readConnections(options: ParsedOptions): number | null {
  const text = options.last('connections');
  return text === null ? null : parseCount(text, '--connections', 1, 64);
}

/** The engine's configuration for this run. Reads the certificate file. Throws UsageError. */
export function readEngineConfig(options: ParsedOptions, surroundings: Surroundings): EngineConfig {
  const retries = options.last('retries');
  const idleTimeout = options.last('idle-timeout');
  return {
    ...defaultEngineConfig,
    ...limitsFor(readConnections(options)),
    ...(retries === null ? {} : { retries: parseCount(retries, '--retries', 0, 1_000_000) }),
    ...(idleTimeout === null ? {} : timeoutsFor(parseSecondsAsMs(idleTimeout, '--idle-timeout'))),
    stateDir: readStateDir(options, surroundings),
    proxy: { ...defaultEngineConfig.proxy, url: readProxy(options.last('proxy')) },
    extraCertificates: readCertificates(options.last('cacert'), surroundings.cwd),
    userAgent: `asset-fetch/${version}`,
  };
}

/** The absolute state folder: `--state-dir`, else the platform's cache folder. */
export function readStateDir(options: ParsedOptions, { cwd, defaultStateDir }: Surroundings): string {
  const folder = options.last('state-dir');
  return folder === null ? defaultStateDir : path.resolve(cwd, folder);
}

/** Whoever waits longer for a byte waits as long for the first one; a shorter wait leaves slow first answers their time. */
function timeoutsFor(idleTimeoutMs: number): Partial<EngineConfig> {
  return { idleTimeoutMs, headersTimeoutMs: Math.max(idleTimeoutMs, defaultEngineConfig.headersTimeoutMs) };
}

/** More connections than the defaults allow per host or in all were asked for by name, so they are granted. */
function limitsFor(connections: number | null): Partial<EngineConfig> {
  if (connections === null) return {};
  return {
    connectionsPerFile: connections,
    connectionsPerHost: Math.max(connections, defaultEngineConfig.connectionsPerHost),
    connectionsInAll: Math.max(connections, defaultEngineConfig.connectionsInAll),
  };
}

/** `host:port` means an HTTP proxy, as with curl. */
function readProxy(text: string | null): string | null {
  if (text === null) return null;
  const url = tryParseUrl(text.includes('://') ? text : `http://${text}`);
  if (url === null || url.hostname === '' || !['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol)) {
    throw new UsageError(`--proxy wants an http://, https:// or socks5:// URL, not "${redactUrl(text)}".`);
  }
  return url.href;
}

function readCertificates(file: string | null, cwd: string): string[] {
  if (file === null) return [];
  const certificates = readCertificateFile(path.resolve(cwd, file));
  if (!certificates.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UsageError(`--cacert wants PEM certificates, and ${file} holds none.`);
  }
  return [certificates];
}

function readCertificateFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UsageError(`--cacert: ${file} cannot be read (${reason}).`);
  }
}
