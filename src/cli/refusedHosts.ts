// Entries of a plan that only lead to hosts which nobody consented to, as far as the hosts' names tell: refused before any request.
// Names that have to be resolved first are judged by the engine.
import { toPlainError, type PlainFetchError } from '../assets/fetchError';
import { parseHttpUrl } from '../assets/redact';
import type { SyncChoices } from '../assets/syncPlan';
import { classifyHostname, isAddressAllowed, refuseAddress, type AddressPolicy } from '../engine/addressPolicy';
import { bareHostname } from '../engine/ipAddress';
import type { Plan } from './fetchPlan';

/** The plan with every fetch `refused` that could reach only literal private, loopback or link-local hosts without consent. */
export function refuseHosts(plan: Plan, { allowedPrivateHosts }: Pick<SyncChoices, 'allowedPrivateHosts'>): Plan {
  const policy: AddressPolicy = { source: 'manifest', allowedPrivateHosts, redirectedFrom: null };
  return plan.map((planned) => {
    const { asset, action, present } = planned;
    if (action !== 'fetch' || present) return planned;
    const refusals = asset.urls.map((url) => findRefusal(policy, parseHttpUrl(url)));
    const [first = null] = refusals;
    if (refusals.includes(null)) return planned;
    return { asset, action: 'refused', replaces: false, problem: first };
  });
}

function findRefusal(policy: AddressPolicy, url: URL): PlainFetchError | null {
  const kind = classifyHostname(bareHostname(url));
  if (kind === null || isAddressAllowed(policy, url, kind)) return null;
  return toPlainError(refuseAddress(policy, url, kind));
}
