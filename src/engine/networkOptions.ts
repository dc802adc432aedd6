// What the network layer takes from the engine's configuration and from its process.
import type { EngineConfig } from '../bridge/protocol';

/** The part of the engine's settings that the network needs, and its surroundings. */
export interface NetworkOptions extends Pick<
  EngineConfig,
  'connectTimeoutMs' | 'headersTimeoutMs' | 'proxy' | 'extraCertificates' | 'useSystemCertificates' | 'userAgent'
> {
  /** Where proxy variables are looked up; usually `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
