// The line above every entry: its state, and what can be done about it. Words are entryState.ts.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { PlannedAsset } from '../../assets/syncPlan';
import { isUnpinned } from '../../assets/syncPlan';
import type { ManifestAsset } from '../../assets/manifestEntry';
import { actionsFor, describeEntryState, describeListState, type EntryAction, type EntryFacts } from './entryState';
import { listSelector } from './listFile';
import type { OpenList, OpenLists } from './openLists';
import type { RunningAssets } from './runningAssets';

const { l10n } = vscode;

/** Longer lists have one line at the top: lenses cross to the window as a whole, at every change. */
const MOST_ENTRIES = 1000;

/** What the lenses run; listCommands.ts registers them. Arguments: the list's URI as text, the entry's path. */
export const entryCommands: Readonly<Record<EntryAction, string>> = {
  fetch: 'assetFetch.entry.fetch',
  verify: 'assetFetch.entry.verify',
  open: 'assetFetch.entry.open',
};

/** Shows lenses on open lists. Dispose what it returns. */
export function registerListLenses(lists: OpenLists, running: RunningAssets): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    // While somebody types, the window moves the lines that it has; offsets of an older text would make them jump.
    provideCodeLenses: async (document, token) => {
      const list = await lists.current(document, token);
      return list === null ? [] : [...listLenses(list, document), ...entryLenses(list, document, running)];
    },
  };
  return vscode.Disposable.from(
    changed,
    lists.onDidChange(() => changed.fire()),
    running.onDidChange(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(listSelector, provider),
  );
}

function listLenses({ plan, file }: OpenList, document: vscode.TextDocument): vscode.CodeLens[] {
  if (plan.length === 0) return [];
  const range = new vscode.Range(0, 0, 0, Math.min(1, document.lineAt(0).text.length));
  const state = describeListState(
    plan.map(({ action }) => action),
    l10n,
  );
  const uri = file.uri.toString();
  const isMissing = plan.some(({ action }) => action === 'fetch');
  const isWorkToDo = isMissing || plan.some(({ action }) => action === 'modified');
  return [
    lens(range, state),
    ...(isMissing ? [lens(range, l10n.t('Fetch All'), 'assetFetch.fetchAssets', uri)] : []),
    ...(isWorkToDo ? [lens(range, l10n.t('Review…'), 'assetFetch.reviewAssets', uri)] : []),
    lens(range, l10n.t('Verify All'), 'assetFetch.verifyAssets', uri),
  ];
}

function entryLenses(list: OpenList, document: vscode.TextDocument, running: RunningAssets): vscode.CodeLens[] {
  if (list.plan.length > MOST_ENTRIES) return [];
  return list.plan.flatMap((planned, index) => {
    const { asset } = planned;
    const start = document.positionAt(asset.offset);
    const range = new vscode.Range(start, start.translate(0, 1));
    const facts = factsOf(list, planned, index, running);
    const uri = list.file.uri.toString();
    return [
      lens(range, describeEntryState(facts, l10n)),
      ...actionsFor(facts).map((action) => lens(range, titleOf(action), entryCommands[action], uri, asset.path)),
    ];
  });
}

function factsOf(
  { reading, file }: OpenList,
  { action, asset }: PlannedAsset<ManifestAsset>,
  index: number,
  running: RunningAssets,
): EntryFacts {
  return {
    action,
    disk: reading.states?.[index] ?? null,
    running: running.get(path.join(file.root, asset.path)),
    isPinned: !isUnpinned(asset),
  };
}

function titleOf(action: EntryAction): string {
  const titles: Record<EntryAction, string> = {
    fetch: l10n.t('Fetch'),
    verify: l10n.t('Verify'),
    open: l10n.t('Open'),
  };
  return titles[action];
}

/** Without a command it is text alone. */
function lens(range: vscode.Range, title: string, command = '', ...args: readonly string[]): vscode.CodeLens {
  return new vscode.CodeLens(range, { title, command, arguments: [...args] });
}
