// From settings to the engine's configuration. Reading the settings is settings.ts.
import { defaultEngineConfig, type EngineConfig, type ProxySettings } from '../bridge/protocol';

/** VS Code's own network settings, as `http.*` holds them. */
export interface HttpSettings {
  readonly proxy: string;
  readonly proxyStrictSsl: boolean;
  readonly proxyAuthorization: string | null;
  readonly noProxy: readonly string[];
  readonly proxySupport: string;
  readonly systemCertificates: boolean;
}

/** One reading of every setting that counts. */
export interface Settings {
  readonly connectionsPerFile: number;
  readonly connectionsPerHost: number;
  readonly retries: number;
  readonly idleTimeoutMs: number;
  /** Relative to the workspace folder; empty: the folder itself. */
  readonly defaultFolder: string;
  readonly fetchOnOpen: 'ask' | 'always' | 'never';
  readonly maxSizeBytes: number | null;
  readonly http: HttpSettings;
}

/** Where the engine keeps part files and journals. */
export interface StateFolders {
  readonly stateDir: string;
  readonly otherStateDirs: readonly string[];
}

/** What people set lies over the defaults; the limit in all grows with the limits for one file and one host. */
export function toEngineConfig(settings: Settings, folders: StateFolders, userAgent: string): EngineConfig {
  const { connectionsPerFile, connectionsPerHost, retries, idleTimeoutMs, http } = settings;
  return {
    ...defaultEngineConfig,
    ...folders,
    connectionsPerFile,
    connectionsPerHost,
    connectionsInAll: Math.max(defaultEngineConfig.connectionsInAll, connectionsPerFile, connectionsPerHost),
    retries,
    idleTimeoutMs,
    proxy: chooseProxy(http),
    useSystemCertificates: http.systemCertificates,
    userAgent,
  };
}

/** `http.proxySupport: off` means no proxy at all, the environment's included. */
function chooseProxy(http: HttpSettings): ProxySettings {
  const isOff = http.proxySupport === 'off';
  return {
    url: isOff || http.proxy === '' ? null : http.proxy,
    authorization: isOff ? null : http.proxyAuthorization,
    noProxy: http.noProxy,
    useEnvironment: !isOff,
    strictSsl: http.proxyStrictSsl,
  };
}
