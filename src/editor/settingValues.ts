// Values of settings, checked: settings.json is written by hand, and what is of another kind counts as not set. Pure; reading
// them is settings.ts.
import type { HttpSettings } from './engineConfig';

/** The whole numbers that package.json allows, smallest and largest. */
export const ranges = {
  connectionsPerFile: [1, 32],
  connectionsPerHost: [1, 32],
  retries: [0, 100],
  idleTimeout: [1, 3600],
  maxSize: [0, 1_000_000_000],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export type RangedSetting = keyof typeof ranges;

/** Whether a value may be that of the setting. */
export function isInRange(name: RangedSetting, value: unknown): value is number {
  const [least, most] = ranges[name];
  return typeof value === 'number' && Number.isInteger(value) && least <= value && value <= most;
}

/** VS Code's `http.*` from values by their names: `proxy`, `noProxy`, … */
export function toHttpSettings(valueOf: (name: string) => unknown): HttpSettings {
  return {
    proxy: textOr('', valueOf('proxy')),
    proxyStrictSsl: flagOr(true, valueOf('proxyStrictSSL')),
    proxyAuthorization: textOr(null, valueOf('proxyAuthorization')),
    noProxy: readHosts(valueOf('noProxy')),
    proxySupport: textOr('override', valueOf('proxySupport')),
    systemCertificates: flagOr(true, valueOf('systemCertificates')),
  };
}

/** The value where it is text. */
export function textOr<Default>(fallback: Default, value: unknown): string | Default {
  return typeof value === 'string' ? value : fallback;
}

function flagOr(fallback: boolean, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fallback;
}

/** A list, or as people write it after NO_PROXY: `localhost,127.0.0.1`. */
function readHosts(value: unknown): readonly string[] {
  const hosts: readonly unknown[] = Array.isArray(value) ? value : textOr('', value).split(',');
  return hosts.flatMap((host) => textOr('', host).trim() || []);
}
