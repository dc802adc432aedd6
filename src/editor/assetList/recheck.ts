// What of an offer still holds when it is answered: messages stand there for as long as one likes. Pure.
import type { ListItem, LoadedList } from './listReading';

/** What of a list was shown to a person a while ago, and what is there now. */
export interface Recheck {
  /** To be fetched still, exactly as shown. */
  readonly items: readonly ListItem[];
  /** Paths of the others, but for those whose file has come meanwhile. */
  readonly changed: readonly string[];
}

/** Looks for what was shown in lists that were loaded again. */
export function recheck(shown: readonly ListItem[], lists: readonly LoadedList[]): Recheck {
  const now = new Map(
    lists.flatMap(({ file, plan }) => plan.map((planned) => [keyOf({ file, planned }), { file, planned }] as const)),
  );
  const items: ListItem[] = [];
  const changed: string[] = [];
  for (const item of shown) {
    const current = now.get(keyOf(item));
    if (current !== undefined && isToFetchStill(current, item)) items.push(current);
    else if (current === undefined || !isThere(current)) changed.push(item.planned.asset.path);
  }
  return { items, changed };
}

/** Nothing is replaced that was not said to be. */
function isToFetchStill({ planned }: ListItem, shown: ListItem): boolean {
  return planned.action === 'fetch' && (shown.planned.replaces || !planned.replaces);
}

function isThere({ planned: { action } }: ListItem): boolean {
  return action === 'upToDate' || action === 'unpinned';
}

/** The same text for entries that ask for the same. */
function keyOf({ file, planned: { asset } }: ListItem): string {
  const { path, urls, integrity, sizeBytes, isExecutable } = asset;
  return JSON.stringify([file.root, path, urls, integrity, sizeBytes, isExecutable]);
}
