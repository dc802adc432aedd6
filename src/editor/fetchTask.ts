// Tasks of type `asset-fetch`, so that builds can wait for a file. A task runs in a terminal of its own: Ctrl-C and closing it cancel.
import * as path from 'node:path';
import * as vscode from 'vscode';
import * as v from 'valibot';
import { asFetchError, FetchError, toPlainError } from '../assets/fetchError';
import { exitCodeFor, exitCodes } from '../assets/exitCode';
import { overwritePolicies } from '../assets/request';
import type { TransferEvent } from '../bridge/protocol';
import { listExecution, meansList, provideListTasks } from './assetList/listTask';
import { checkArguments } from './downloadArguments';
import { requireConsent, toRequest } from './downloadByArgument';
import { Throttle } from './progressSteps';
import type { Services } from './services';
import { writeEvent, writeFailure, writeStart } from './taskOutput';

/** The type in tasks.json and in package.json's taskDefinitions. */
export const taskType = 'asset-fetch';

const CTRL_C = '\x03';

/** Redrawing more often than this only burns the terminal's time. */
const UPDATE_INTERVAL_MS = 200;

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

function makeTask(
  services: Services,
  definition: vscode.TaskDefinition,
  scope: vscode.WorkspaceFolder | vscode.TaskScope,
  name: string,
): vscode.Task {
  const execution = meansList(definition)
    ? listExecution(services, scope)
    : new vscode.CustomExecution((resolved) => Promise.resolve(new FetchTerminal(services, resolved, scope)));
  // Without matchers of its own VS Code asks, each time, which ones to scan the output with.
  return new vscode.Task(definition, scope, name, taskType, execution, []);
}

class FetchTerminal implements vscode.Pseudoterminal {
  private readonly writer = new vscode.EventEmitter<string>();
  private readonly closer = new vscode.EventEmitter<number>();
  private readonly cancelling = new AbortController();
  private readonly throttle = new Throttle(UPDATE_INTERVAL_MS);
  readonly onDidWrite = this.writer.event;
  readonly onDidClose = this.closer.event;

  constructor(
    private readonly services: Services,
    private readonly definition: vscode.TaskDefinition,
    private readonly scope: vscode.WorkspaceFolder | vscode.TaskScope,
  ) {}

  /** Nothing may be written before VS Code calls this. */
  open(): void {
    void this.run().then((exitCode) => this.closer.fire(exitCode));
  }

  close(): void {
    this.cancelling.abort();
  }

  handleInput(data: string): void {
    if (data === CTRL_C) this.cancelling.abort();
  }

  private async run(): Promise<number> {
    let name = '';
    try {
      const { url, path: destination, ...rest } = readDefinition(this.definition);
      name = path.posix.basename(destination);
      this.writer.fire(writeStart(url, destination, vscode.l10n));
      const wanted = checkArguments({ url, destination: this.place(destination), ...rest });
      const request = toRequest(wanted, this.place(destination));
      await requireConsent(request);
      await this.services.downloader.fetch(request, {
        signal: this.cancelling.signal,
        onEvent: (event) => this.show(event, name),
      });
      return exitCodes.done;
    } catch (reason) {
      const error = asFetchError(reason);
      this.writer.fire(writeFailure(toPlainError(error), name, vscode.l10n));
      return exitCodeFor(error.code);
    }
  }

  private show(event: TransferEvent, name: string): void {
    if (event.type === 'progress' && !this.throttle.allows(performance.now())) return;
    this.writer.fire(writeEvent(event, name, vscode.l10n));
  }

  /** A path in a folder's tasks.json is relative to that folder, not to the first one. */
  private place(destination: string): string {
    const isRelative = !path.isAbsolute(destination) && typeof this.scope === 'object';
    return isRelative && typeof this.scope === 'object'
      ? `${this.scope.uri.fsPath}${path.sep}${destination}`
      : destination;
  }
}

function readDefinition(definition: vscode.TaskDefinition): v.InferOutput<typeof definitionSchema> {
  const parsed = v.safeParse(definitionSchema, definition);
  if (parsed.success) return parsed.output;
  throw new FetchError('invalidRequest', 'The task needs a "url" and a "path", both strings.');
}
