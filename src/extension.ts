// Entry of the extension: tells VS Code what there is and loads src/editor for it, on the first call or once the start-up is over.
import * as vscode from 'vscode';
import type { AssetFetchApi } from './editor/api';
import type { Editor } from './editor/main';
import { taskType } from './editor/taskType';

/** What VS Code calls `deactivate` on; it hands over no context. */
const loaded: { editor: Promise<Editor> | null } = { editor: null };

/** Called once by VS Code. Registers stand-ins and returns at once. */
export function activate(context: vscode.ExtensionContext): AssetFetchApi {
  const load = (): Promise<Editor> => (loaded.editor ??= loadEditor(context).catch(forget));
  const { contributes } = context.extension.packageJSON as { contributes: { commands: { command: string }[] } };
  for (const { command } of contributes.commands) {
    const run = async (...args: readonly unknown[]): Promise<unknown> => (await load()).commands[command]?.(...args);
    context.subscriptions.push(vscode.commands.registerCommand(command, run));
  }
  const tasks: vscode.TaskProvider = {
    provideTasks: async (token) => (await load()).tasks.provideTasks(token),
    resolveTask: async (task, token) => (await load()).tasks.resolveTask(task, token),
  };
  context.subscriptions.push(vscode.tasks.registerTaskProvider(taskType, tasks));
  // What fails here is tried again by the first command, which tells it.
  setTimeout(() => void load().catch(() => undefined), 0);
  return { apiVersion: 1, download: async (...args) => (await load()).api.download(...args) };
}

/** A failure to load is not kept: the files may be readable the next time. */
function forget(error: unknown): never {
  loaded.editor = null;
  throw error;
}

async function loadEditor(context: vscode.ExtensionContext): Promise<Editor> {
  const { startEditor } = await import('./editor/main');
  return startEditor(context);
}

/** VS Code waits for it up to 5 s; the engine takes at most about one. */
export async function deactivate(): Promise<void> {
  await (await loaded.editor?.catch(() => null))?.dispose();
}
