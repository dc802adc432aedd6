// Which addresses a request may be sent to: pure classification and judgement. Resolving and dialling is connector.ts.
import type { UrlSource } from '../assets/request';

/** What kind of network an address lies in. `linkLocal` includes the cloud metadata services. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'linkLocal';

/** Who chose the URL of a request, and what that entitles it to reach. */
export interface AddressPolicy {
  readonly source: UrlSource;
  /** Hosts in private networks that a person consented to by name. */
  readonly allowedPrivateHosts: readonly string[];
  /** Kind of network of the server that redirected here; null for the first request. Unknown (behind a proxy) counts as public. */
  readonly redirectedFrom: AddressKind | null;
}
