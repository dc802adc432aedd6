// The only reader of configuration. What counts as a value is settingValues.ts, what the engine makes of it engineConfig.ts;
// package.json holds the defaults.
import * as vscode from 'vscode';
import type { Settings } from './engineConfig';
import { isInRange, ranges, textOr, toHttpSettings, type RangedSetting } from './settingValues';

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
    defaultFolder: textOr('', own.get<unknown>('defaultFolder')),
    fetchOnOpen: readFetchOnOpen(own),
    maxSizeBytes: maxSizeBytes > 0 ? maxSizeBytes : null,
    http: readHttpSettings(),
  };
}

/** What is no whole number in the range that package.json states counts as not set. */
function readNumber(own: vscode.WorkspaceConfiguration, name: RangedSetting): number {
  const value = own.get<unknown>(name);
  return isInRange(name, value) ? value : (own.inspect<number>(name)?.defaultValue ?? ranges[name][0]);
}

function readFetchOnOpen(own: vscode.WorkspaceConfiguration): Settings['fetchOnOpen'] {
  const value = own.get<unknown>('fetchOnOpen');
  return value === 'always' || value === 'never' ? value : 'ask';
}

function readHttpSettings(): Settings['http'] {
  const http = vscode.workspace.getConfiguration('http');
  return toHttpSettings((name) => http.get<unknown>(name));
}
