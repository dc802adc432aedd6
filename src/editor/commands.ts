// The table of commands: id to handler. Handlers that nobody awaits show their failures; those with an argument throw them.
import * as vscode from 'vscode';
import { diagnoseUrl } from './diagnoseUrl';
import { downloadAtUrl } from './downloadAtUrl';
import { downloadByCommand } from './downloadByArgument';
import { showCause } from './endNotices';
import type { Services } from './services';
import { showUnfinished } from './unfinishedDownloads';
import { linkedUrl } from './urlHover';
import { askForFile, type WantedHints } from './wantedFile';
import { requireUsableWorkspace } from './workspaceGuard';

type Handler = (...args: readonly unknown[]) => unknown;

/** Handlers by the ids of package.json. */
export type CommandTable = Readonly<Record<string, Handler>>;

/** The commands that download files. Those of asset lists are listCommands.ts. */
export function downloadCommands(services: Services): CommandTable {
  const guarded = (run: (argument: unknown) => Promise<void>): Handler => {
    return (argument) => runGuarded(services, () => run(argument));
  };
  return {
    'assetFetch.downloadFile': (argument) =>
      argument === undefined
        ? runGuarded(services, () => askAndDownload(services, {}))
        : downloadByCommand(services, argument),
    // The editor's menu hands over the document, which the cursor knows better.
    'assetFetch.downloadFileAtUrl': guarded((argument) => downloadAtUrl(services, linkedUrl(argument))),
    'assetFetch.downloadFileHere': guarded((folder) => askAndDownload(services, clickedFolder(folder))),
    'assetFetch.diagnoseUrl': guarded((argument) => diagnoseUrl(services, linkedUrl(argument))),
    'assetFetch.showUnfinished': guarded(() => showUnfinished(services)),
    'assetFetch.openLog': () => services.log.show(),
  };
}

async function runGuarded({ log }: Services, run: () => Promise<void>): Promise<void> {
  try {
    requireUsableWorkspace();
    await run();
  } catch (error) {
    await showCause(error, log);
  }
}

async function askAndDownload({ memory, watched }: Services, hints: WantedHints): Promise<void> {
  const request = await askForFile(hints, memory);
  if (request !== null) await watched.run(request);
}

/** The explorer hands over the folder; from elsewhere the command comes without one. */
function clickedFolder(argument: unknown): WantedHints {
  return argument instanceof vscode.Uri && argument.scheme === 'file' ? { folder: argument.fsPath } : {};
}
