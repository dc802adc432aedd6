// The only reader of configuration. What the engine makes of it is engineConfig.ts; package.json holds ranges and defaults.
import * as vscode from 'vscode';
import type { Settings } from './engineConfig';

const MEGABYTE = 1_000_000;

/** The settings as they are now. Read anew where they count; nothing keeps a copy for long. */
export function readSettings(scope?: vscode.Uri): Settings {
  const own = vscode.workspace.getConfiguration('assetFetch', scope ?? null);
  const maxSizeBytes = readNumber(own, 'maxSize') * MEGABYTE;
  return {
    connectionsPerFile: readNumber(own, 'connectionsPerFile'),
    connectionsPerHost: readNumber(own, 'connectionsPerHost'),
    retries: readNumber(own, 'retries'),
    idleTimeoutMs: readNumber(own, 'idleTimeout') * 1000,
    defaultFolder: own.get<string>('defaultFolder') ?? '',
    fetchOnOpen: readFetchOnOpen(own),
    maxSizeBytes: maxSizeBytes > 0 ? maxSizeBytes : null,
    http: readHttpSettings(),
  };
}

/** settings.json is written by hand: what is no whole number in the range that package.json states counts as not set. */
function readNumber(own: vscode.WorkspaceConfiguration, name: string): number {
  const least = name === 'connectionsPerFile' || name === 'connectionsPerHost' || name === 'idleTimeout' ? 1 : 0;
  const value = own.get<unknown>(name);
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  return own.inspect<number>(name)?.defaultValue ?? least;
}

function readFetchOnOpen(own: vscode.WorkspaceConfiguration): Settings['fetchOnOpen'] {
  const value = own.get<string>('fetchOnOpen');
  return value === 'always' || value === 'never' ? value : 'ask';
}

function readHttpSettings(): Settings['http'] {
  const http = vscode.workspace.getConfiguration('http');
  return {
    proxy: http.get<string>('proxy') ?? '',
    proxyStrictSsl: http.get<boolean>('proxyStrictSSL') ?? true,
    proxyAuthorization: http.get<string | null>('proxyAuthorization') ?? null,
    noProxy: http.get<string[]>('noProxy') ?? [],
    proxySupport: http.get<string>('proxySupport') ?? 'override',
    systemCertificates: http.get<boolean>('systemCertificates') ?? true,
  };
}
