// The table of commands about asset lists: id to handler.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { FetchError } from '../../assets/fetchError';
import { runsWhenOpened } from '../../assets/sensitivePath';
import type { CommandTable } from '../commands';
import { openFile, showCause } from '../endNotices';
import { findWorkspaceFolder } from '../locateFolder';
import { askModally } from '../notices';
import type { Services } from '../services';
import { linkedUrl } from '../urlHover';
import { urlsAtCursors } from '../urlsAtCursor';
import { requireUsableWorkspace } from '../workspaceGuard';
import { addToList } from './addToList';
import { ensureList } from './listEdit';
import { findWorkspaceLists, listExists, listFileAt, listFileIn, type ListFile } from './listFile';
import { hashCommand } from './listFixes';
import { entryCommands } from './listLenses';
import { asReplacing } from './listReading';
import { pickListFolder } from './pickListFolder';

const { l10n } = vscode;

type ListHandler = (...args: readonly unknown[]) => Promise<void>;

/** The commands of package.json about lists. Each checks the workspace itself, for hidden ones stay callable. */
export function listCommands(services: Services): CommandTable {
  const { flows } = services.assetLists;
  return guardAll(services, {
    'assetFetch.fetchAssets': async (list) => flows.fetchMissing(await listsOf(list)),
    'assetFetch.reviewAssets': async (list) => flows.review(await listsOf(list)),
    'assetFetch.verifyAssets': async (list) => flows.verify(await listsOf(list)),
    'assetFetch.addAsset': (argument) => addToList(services, givenUrl(argument)),
    'assetFetch.openAssetList': openAssetList,
  });
}

/** Registers the commands that only lenses and fixes call. Dispose what it returns. */
export function registerEntryCommands(services: Services): vscode.Disposable {
  const { flows, hashFix } = services.assetLists;
  const handlers = guardAll(services, {
    [entryCommands.fetch]: (list, entry) => fetchEntry(services, readFile(list), readPath(entry)),
    [entryCommands.verify]: (list, entry) => flows.verify([readFile(list)], readPath(entry)),
    [entryCommands.open]: (list, entry) => openEntry(readFile(list), readPath(entry)),
    [hashCommand]: (list, entry) => hashFix.run(readFile(list), readPath(entry)),
  });
  const registered = Object.entries(handlers).map(([id, run]) => vscode.commands.registerCommand(id, run));
  return vscode.Disposable.from(...registered);
}

function guardAll(services: Services, handlers: Readonly<Record<string, ListHandler>>): CommandTable {
  const guarded = Object.entries(handlers).map(
    ([id, run]) => [id, (...args: readonly unknown[]) => guard(services, () => run(...args))] as const,
  );
  return Object.fromEntries(guarded);
}

async function guard({ log }: Services, run: () => Promise<void>): Promise<void> {
  try {
    requireUsableWorkspace();
    await run();
  } catch (error) {
    await showCause(error, log);
  }
}

/** The list that a lens names, else those of the workspace. Offers to begin one where there is none. */
async function listsOf(argument: unknown): Promise<readonly ListFile[]> {
  if (typeof argument === 'string') return [readFile(argument)];
  const lists = await findWorkspaceLists();
  if (lists.length === 0) await openAssetList();
  return lists;
}

/** Opens the list of a folder; makes an empty one after asking. */
async function openAssetList(): Promise<void> {
  const folder = await pickListFolder();
  if (folder === null) return;
  const file = listFileIn(folder);
  if (!(await listExists(file)) && !(await confirmNewList(folder.name))) return;
  await ensureList(file);
  await vscode.window.showTextDocument(file.uri);
}

async function confirmNewList(folderName: string): Promise<boolean> {
  const answer = await askModally(
    l10n.t('{0} has no asset list. Create asset-fetch.json?', folderName),
    l10n.t(
      'It names files that the workspace needs, where they come from and what proves them. Commit it with your code.',
    ),
    [{ id: 'create', title: l10n.t('Create') }],
  );
  return answer === 'create';
}

async function fetchEntry({ assetLists: { flows } }: Services, file: ListFile, entry: string): Promise<void> {
  const lists = await flows.load([file]);
  const planned = lists[0]?.plan.find(({ asset }) => asset.path === entry);
  if (planned === undefined) return;
  if (planned.action === 'modified' && !(await confirmOverwrite(entry))) return;
  const isWanted = planned.action === 'fetch' || planned.action === 'modified';
  const item = { file, planned };
  await flows.fetchItems(lists, isWanted ? [planned.action === 'fetch' ? item : asReplacing(item)] : []);
}

async function confirmOverwrite(entry: string): Promise<boolean> {
  const answer = await askModally(
    l10n.t('{0} was changed by hand. Overwrite it?', entry),
    l10n.t('The old file stays as it is until the new one is complete and verified.'),
    [{ id: 'overwrite', title: l10n.t('Overwrite') }],
  );
  return answer === 'overwrite';
}

/** What runs, installs or scripts when opened is shown in its folder instead. */
async function openEntry({ root }: ListFile, entry: string): Promise<void> {
  const uri = vscode.Uri.file(path.join(root, entry));
  if (runsWhenOpened(entry)) await vscode.commands.executeCommand('revealInExplorer', uri);
  else await openFile(uri);
}

/** A hover's link hands over `{ url }`; from the palette or the editor's menu the cursor tells. */
function givenUrl(argument: unknown): string | null {
  if (typeof argument === 'string') return argument;
  const linked = linkedUrl(argument);
  if (linked !== null) return linked;
  const editor = vscode.window.activeTextEditor;
  return argument instanceof vscode.Uri && editor !== undefined ? (urlsAtCursors(editor)[0] ?? null) : null;
}

/** Any extension can call with any URI: a list counts in folders that are open and trusted alone. */
function readFile(argument: unknown): ListFile {
  if (typeof argument !== 'string')
    throw new FetchError('invalidRequest', 'The command needs the URI of an asset list.');
  const uri = vscode.Uri.parse(argument);
  if (uri.scheme === 'file' && findWorkspaceFolder(uri.fsPath) !== null) return listFileAt(uri);
  const text = l10n.t('{0} is outside of the folders that are open.', uri.fsPath);
  throw new FetchError('unsafePath', text, { path: uri.fsPath });
}

function readPath(argument: unknown): string {
  if (typeof argument !== 'string') throw new FetchError('invalidRequest', 'The command needs the path of an entry.');
  return argument;
}
