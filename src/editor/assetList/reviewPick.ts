// The plan as a list to tick: what would be fetched, from where, how large, and what it would overwrite.
import * as vscode from 'vscode';
import { nameOfList } from './listFile';
import { asReplacing, type ListItem, type LoadedList } from './listReading';
import { describePlanned, describeSize, totalUp } from './planText';

const { l10n } = vscode;

interface ReviewEntry extends vscode.QuickPickItem {
  /** Absent on headings. */
  readonly item?: ListItem;
}

/** Lets a person choose among what could be fetched. Null where it was dismissed; nothing is fetched here. */
export async function reviewLists(lists: readonly LoadedList[]): Promise<readonly ListItem[] | null> {
  const entries = lists.flatMap((list) => entriesOf(list, lists.length > 1));
  const options = {
    canPickMany: true,
    title: l10n.t('Review Workspace Assets'),
    placeHolder: describeTicked(entries),
    matchOnDescription: true,
    ignoreFocusOut: true,
  } as const;
  const ticked = await vscode.window.showQuickPick<ReviewEntry>(entries, options);
  return ticked === undefined ? null : ticked.flatMap(({ item }) => (item === undefined ? [] : [item]));
}

function entriesOf(list: LoadedList, isNamed: boolean): ReviewEntry[] {
  const prefix = isNamed ? `${nameOfList(list.file)}: ` : '';
  return [
    ...section(list, `${prefix}${l10n.t('to fetch')}`, 'fetch'),
    ...section(list, `${prefix}${l10n.t('changed by hand; tick to overwrite')}`, 'modified'),
  ];
}

function section({ file, plan }: LoadedList, heading: string, action: 'fetch' | 'modified'): ReviewEntry[] {
  const planned = plan.filter((entry) => entry.action === action);
  if (planned.length === 0) return [];
  const entries = planned.map((entry): ReviewEntry => {
    const item = { file, planned: entry };
    return {
      label: entry.asset.path,
      ...describePlanned(entry, l10n),
      picked: action === 'fetch',
      item: action === 'fetch' ? item : asReplacing(item),
    };
  });
  return [{ label: heading, kind: vscode.QuickPickItemKind.Separator }, ...entries];
}

function describeTicked(entries: readonly ReviewEntry[]): string {
  const ticked = entries.flatMap(({ item, picked }) => (item !== undefined && picked === true ? [item.planned] : []));
  const size = describeSize(totalUp(ticked), l10n);
  return l10n.t('{0} ticked ({1}). Press Enter to fetch what is ticked.', ticked.length, size);
}
