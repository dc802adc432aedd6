// Tasks of type `asset-fetch`, so that builds can wait for a file. Its terminal is taskTerminal.ts.
import * as path from 'node:path';
import * as vscode from 'vscode';
import * as v from 'valibot';
import { FetchError } from '../assets/fetchError';
import { exitCodes, type ExitCode } from '../assets/exitCode';
import { overwritePolicies } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import { listExecution, meansList, provideListTasks, type TaskScope } from './assetList/listTask';
import { checkArguments } from './downloadArguments';
import { requireConsent, toRequest } from './downloadByArgument';
import { Throttle, UPDATE_INTERVAL_MS } from './progressSteps';
import type { Services } from './services';
import { writeEvent, writeStart } from './taskOutput';
import { executeInTerminal, type Terminal } from './taskTerminal';
import { taskType } from './taskType';

const definitionSchema = v.object({
  url: v.string(),
  path: v.string(),
  integrity: v.optional(v.string()),
  overwrite: v.optional(v.picklist(overwritePolicies)),
});

/** The provider of the task type, for package.json's taskDefinitions. */
export function createTaskProvider(services: Services): vscode.TaskProvider {
  return {
    provideTasks: () => provideListTasks(services, taskType),
    // The definition has to be the same object, or VS Code takes the task for another one.
    resolveTask: ({ definition, scope, name }) =>
      makeTask(services, definition, scope ?? vscode.TaskScope.Workspace, name),
  };
}

function makeTask(services: Services, definition: vscode.TaskDefinition, scope: TaskScope, name: string): vscode.Task {
  const execution = meansList(definition)
    ? listExecution(services, scope)
    : executeInTerminal({
        name: ({ path: destination }) => (typeof destination === 'string' ? path.posix.basename(destination) : ''),
        run: (resolved, terminal) => fetchDefined(services, resolved, scope, terminal),
      });
  // Without matchers of its own VS Code asks, each time, which ones to scan the output with.
  return new vscode.Task(definition, scope, name, taskType, execution, []);
}

/** Fetches the file of a definition. */
async function fetchDefined(
  { downloader }: Services,
  definition: vscode.TaskDefinition,
  scope: TaskScope,
  { write, signal }: Terminal,
): Promise<ExitCode> {
  const { url, path: destination, ...rest } = readDefinition(definition);
  const name = path.posix.basename(destination);
  write(writeStart(url, destination, vscode.l10n));
  const place = placeIn(scope, destination);
  const request = toRequest(checkArguments({ url, destination: place, ...rest }), place);
  await requireConsent(request);
  const throttle = new Throttle(UPDATE_INTERVAL_MS);
  const onEvent = (event: TransferEvent): void => {
    if (event.type === 'progress' && !throttle.allows(performance.now())) return;
    write(writeEvent(event, name, vscode.l10n));
  };
  await downloader.fetch(request, { signal, onEvent });
  return exitCodes.done;
}

/** A path in a folder's tasks.json is relative to that folder, not to the first one. */
function placeIn(scope: TaskScope, destination: string): string {
  const isRelative = !path.isAbsolute(destination);
  return isRelative && typeof scope === 'object' ? `${scope.uri.fsPath}${path.sep}${destination}` : destination;
}

function readDefinition(definition: vscode.TaskDefinition): v.InferOutput<typeof definitionSchema> {
  const parsed = v.safeParse(definitionSchema, definition);
  if (parsed.success) return parsed.output;
  throw new FetchError('invalidRequest', 'The task needs a "url" and a "path", both strings.');
}
