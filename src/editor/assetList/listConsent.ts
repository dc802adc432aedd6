// Consent that is asked by name, every time: files that tools obey or run, and hosts of private networks.
import * as vscode from 'vscode';
import type { FetchError } from '../../assets/fetchError';
import { displayHost } from '../../assets/redact';
import { askModally } from '../notices';
import type { ListItem } from './listReading';
import { needsConsentByName } from './planText';

const { l10n } = vscode;

/** Names that fit into one dialog; more come in further ones. */
const NAMES_AT_ONCE = 20;

/** The items without those that a person refused; null where everything is to be left. */
export async function consentToPaths(items: readonly ListItem[]): Promise<readonly ListItem[] | null> {
  const named = items.filter(({ planned }) => needsConsentByName(planned.asset));
  const refused = new Set<ListItem>();
  for (let at = 0; at < named.length; at += NAMES_AT_ONCE) {
    const some = named.slice(at, at + NAMES_AT_ONCE);
    const answer = await askAboutPaths(some);
    if (answer === null) return null;
    if (answer === 'skip') for (const item of some) refused.add(item);
  }
  return items.filter((item) => !refused.has(item));
}

function askAboutPaths(items: readonly ListItem[]): Promise<'allow' | 'skip' | null> {
  const lines = items.map(({ planned: { asset } }) =>
    l10n.t('{0} from {1}', asset.path, displayHost(asset.urls[0] ?? '')),
  );
  const detail = l10n.t('Allow them only if you know why the asset list has them.');
  const question = l10n.t('Let the asset list write files that tools run or obey by themselves?');
  return askModally(question, `${lines.join('\n')}\n\n${detail}`, [
    // First, so that Enter in passing allows nothing.
    { id: 'skip', title: l10n.t('Leave Them Out') },
    { id: 'allow', title: l10n.t('Allow') },
  ]);
}

/** Hosts that the list names itself and that the engine refused since they are private; what redirects lead to is no reason to ask. */
export function refusedHost(item: ListItem, { code, details }: FetchError): string | null {
  const { host, reason } = details;
  const isAskable = code === 'untrusted' && (reason === 'private' || reason === 'loopback');
  if (!isAskable || host === undefined) return null;
  return item.planned.asset.urls.some((url) => displayHost(url) === host) ? host : null;
}

/** Asks whether the asset list may reach hosts that only this network has. */
export async function consentToHosts(hosts: readonly string[]): Promise<boolean> {
  const question = l10n.t('Let the asset list fetch from your private network?');
  const detail = l10n.t('These are no public servers. Allow them only if you know them.');
  const answer = await askModally(question, `${hosts.join('\n')}\n\n${detail}`, [
    { id: 'allow', title: l10n.t('Allow') },
  ]);
  return answer === 'allow';
}
