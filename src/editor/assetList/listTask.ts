// The form of the task that fetches a whole list: found by itself where there is one, a line for each file, an exit code for builds.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { FetchError } from '../../assets/fetchError';
import { exitCodeFor, exitCodes, worstOf, type ExitCode } from '../../assets/exitCode';
import { isInside } from '../../assets/insidePath';
import { manifestFileName } from '../../assets/manifest';
import type { Services } from '../services';
import { writeLine } from '../taskOutput';
import { executeInTerminal, type Terminal } from '../taskTerminal';
import { localFolders, requireUsableWorkspace } from '../workspaceGuard';
import { findWorkspaceLists, listFileAt, type ListFile } from './listFile';
import { faultsOf, itemsToFetch, loadList, type LoadedList } from './listReading';
import { describeSummary } from './planText';
import { TerminalDisplay } from './terminalDisplay';

const { l10n } = vscode;

/** Where a task is from: a folder's tasks.json, or the workspace's. */
export type TaskScope = vscode.WorkspaceFolder | vscode.TaskScope;

/** Whether a task's definition means a list rather than one URL. */
export function meansList(definition: vscode.TaskDefinition): boolean {
  return definition['url'] === undefined && definition['path'] === undefined;
}

/** One task for each workspace folder that has a list, for "Run Task". */
export async function provideListTasks(services: Services, type: string): Promise<vscode.Task[]> {
  const lists = await findWorkspaceLists();
  return lists.flatMap(({ uri }) => {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder === undefined) return [];
    const definition = { type, manifest: manifestFileName };
    const name = l10n.t('fetch workspace assets');
    const task = new vscode.Task(definition, folder, name, type, listExecution(services, folder), []);
    task.detail = l10n.t('Fetches what asset-fetch.json lists and is not here yet.');
    return [task];
  });
}

/** Runs the list that a definition names. */
export function listExecution(services: Services, scope: TaskScope): vscode.CustomExecution {
  return executeInTerminal({
    name: () => l10n.t('The list'),
    run: (definition, terminal) => runList(services, findList(definition, scope), terminal),
  });
}

async function runList({ assetLists }: Services, file: ListFile, terminal: Terminal): Promise<ExitCode> {
  requireUsableWorkspace();
  const list = await loadList(assetLists.engines, file, { signal: terminal.signal });
  const faults = faultsOf(list);
  for (const fault of faults) terminal.write(writeLine(fault));
  return faults.length > 0 ? codeOfFaults(list) : fetchList(assetLists, list, terminal);
}

async function fetchList(
  { fetcher }: Services['assetLists'],
  list: LoadedList,
  { write, signal }: Terminal,
): Promise<ExitCode> {
  const order = { lists: [list], items: itemsToFetch(list), display: new TerminalDisplay(write), signal };
  const { outcomes, summary } = await fetcher.fetch(order);
  const codes = outcomes.map((outcome) =>
    outcome.type === 'failed' ? exitCodeFor(outcome.error.code) : exitCodes.done,
  );
  const left = list.plan.flatMap(({ problem }) => problem ?? []);
  for (const { message } of left) write(writeLine(message));
  write(writeLine(describeSummary(summary, l10n)));
  // A file that a person chose to leave out is missing for the build, whatever the reason.
  const declined = summary.declined > 0 ? [exitCodes.transferFailed] : [];
  return worstOf([...codes, ...declined, ...left.map(({ code }) => exitCodeFor(code))]);
}

/** The list of the task's own folder; it must lie in a folder that is open. @throws FetchError `invalidRequest`, `unsafePath` */
function findList(definition: vscode.TaskDefinition, scope: TaskScope): ListFile {
  const name: unknown = definition['manifest'] ?? manifestFileName;
  const folder = typeof scope === 'object' ? scope : localFolders()[0];
  if (typeof name !== 'string' || folder === undefined) {
    throw new FetchError(
      'invalidRequest',
      l10n.t('The task needs a folder and, as “manifest”, the path of a list in it.'),
    );
  }
  const file = path.resolve(folder.uri.fsPath, name);
  if (!localFolders().some(({ uri }) => isInside(uri.fsPath, file))) {
    throw new FetchError('unsafePath', l10n.t('{0} is outside of the folders that are open.', file), { path: file });
  }
  return listFileAt(vscode.Uri.file(file));
}

/** As the command line says it: a list that is not sound is an error of usage, one that leaves the folder one of the disk. */
function codeOfFaults({ reading, plan }: LoadedList): ExitCode {
  if (reading.list.manifest === null) return exitCodes.usage;
  const problems = plan.flatMap(({ action, problem }) => (action === 'refused' && problem !== null ? [problem] : []));
  return worstOf([
    ...problems.map(({ code }) => exitCodeFor(code)),
    ...(reading.error === null ? [] : [exitCodes.local]),
  ]);
}
