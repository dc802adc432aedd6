// What is known of a connection once it is open. Plain data, made by connector.ts and tlsHandshake.ts.
import type { AddressKind } from './addressPolicy';

/** The connection that a response came over, for judging redirects and for diagnosis. */
export interface ConnectionFacts {
  /** Address dialled: the origin's, or with a proxy the proxy's. */
  readonly address: string;
  /** Network that the origin lies in; behind a proxy what its name tells, else `public`. */
  readonly originKind: AddressKind;
  /** Proxy as `http://host:port`, without credentials; null for a direct connection. */
  readonly proxy: string | null;
  /** Whether an earlier response came over the same connection. */
  readonly isReused: boolean;
  readonly tls: TlsFacts | null;
}

export interface TlsFacts {
  /** Like `TLSv1.3`. */
  readonly protocol: string;
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate writes it: `Jun  1 12:00:00 2030 GMT`. */
  readonly validTo: string;
}
