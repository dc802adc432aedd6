// What is to be said of an entry: the plan's view of the disk, and what runs. Pure.
import type { DiskState, PlannedAction } from '../../assets/syncPlan';
import { percentOf } from '../../assets/quantityText';
import type { Localizer } from '../localizer';

/** Bytes of a transfer that runs now. */
export interface RunningAmount {
  readonly receivedBytes: number;
  /** Null where the server does not say. */
  readonly totalBytes: number | null;
}

/** What a person can do about an entry, in the order in which it is offered. */
export type EntryAction = 'fetch' | 'verify' | 'open';

export interface EntryFacts {
  readonly action: PlannedAction;
  /** Null where the disk could not be looked at. */
  readonly disk: DiskState | null;
  /** Null where nothing runs for the entry. */
  readonly running: RunningAmount | null;
  readonly isPinned: boolean;
}

/** `present`, `missing`, `downloading 43 %`: a word or two for above the entry. */
export function describeEntryState(facts: EntryFacts, l10n: Localizer): string {
  const { running, action, isPinned } = facts;
  if (running !== null) {
    const percent = percentOf(running.receivedBytes, running.totalBytes);
    return percent === null
      ? withIcon('sync~spin', l10n.t('downloading'))
      : withIcon('sync~spin', l10n.t('downloading {0} %', percent));
  }
  switch (action) {
    case 'fetch':
      return facts.disk?.type === 'file'
        ? withIcon('history', l10n.t('outdated'))
        : withIcon('circle-outline', l10n.t('missing'));
    case 'upToDate':
      return isPinned
        ? withIcon('pass-filled', l10n.t('present'))
        : withIcon('pass', l10n.t('present, no strong hash'));
    case 'unpinned':
      return withIcon('pass', l10n.t('present, no strong hash'));
    case 'modified':
      return withIcon('warning', l10n.t('modified'));
    case 'conflict':
      return withIcon('error', l10n.t('something else is in its place'));
    case 'refused':
      return withIcon('error', l10n.t('leads out of the folder'));
    case 'skippedPlatform':
      return withIcon('circle-slash', l10n.t('for other platforms'));
  }
}

/** Lenses drop a plain space behind an icon. */
function withIcon(icon: string, text: string): string {
  return `$(${icon})\u00a0${text}`;
}

/** What can be done about an entry in this state. */
export function actionsFor({ action, disk, running }: EntryFacts): readonly EntryAction[] {
  if (running !== null) return [];
  const isThere = disk?.type === 'file';
  switch (action) {
    case 'fetch':
    case 'modified':
      return isThere ? ['fetch', 'verify', 'open'] : ['fetch'];
    case 'upToDate':
    case 'unpinned':
      return ['verify', 'open'];
    case 'conflict':
    case 'refused':
    case 'skippedPlatform':
      return [];
  }
}

/** `12 assets: 3 present, 9 missing` for the top of a list. */
export function describeListState(actions: readonly PlannedAction[], l10n: Localizer): string {
  const count = (...wanted: PlannedAction[]): number => actions.filter((action) => wanted.includes(action)).length;
  const parts: readonly [number, (n: number) => string][] = [
    [count('upToDate', 'unpinned'), (n) => l10n.t('{0} present', n)],
    [count('fetch'), (n) => l10n.t('{0} to fetch', n)],
    [count('modified'), (n) => l10n.t('{0} modified', n)],
    [count('conflict', 'refused'), (n) => l10n.t('{0} in conflict', n)],
    [count('skippedPlatform'), (n) => l10n.t('{0} for other platforms', n)],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, say]) => say(n));
  const total = actions.length === 1 ? l10n.t('1 asset') : l10n.t('{0} assets', actions.length);
  return said.length === 0 ? total : `${total}: ${said.join(', ')}`;
}
