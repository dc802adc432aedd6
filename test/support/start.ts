// `npm start`: opens the VS Code of test/support/vscodeHost on the sample workspace, for a person, until Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SampleServer } from './sampleServer';
import { writeSampleWorkspace } from './sampleWorkspace';
import { CodeServer } from './vscodeHost/codeServer';
import { folderAddress } from './vscodeHost/pageAddress';
import { outFolder, repositoryRoot } from './vscodeHost/paths';
import { linkExtension, makeUserData } from './vscodeHost/userData';

/** Opens the address in the person's browser, where there is a display to show it on. */
function openBrowser(address: string): void {
  const { platform, env } = process;
  const hasDisplay = platform !== 'linux' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;
  if (!hasDisplay) return;
  const opener = { darwin: 'open', win32: 'explorer' }[platform as string] ?? 'xdg-open';
  // Without an opener the printed address serves as well.
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .once('error', () => undefined)
    .unref();
}

async function start(): Promise<void> {
  const samples = await SampleServer.start();
  const workspace = join(outFolder, 'workspace');
  await writeSampleWorkspace(workspace, samples);
  const userData = await makeUserData();
  await linkExtension(userData, repositoryRoot);
  const server = await CodeServer.start({
    userData,
    extensions: null,
    isTrusted: true,
    locale: null,
    obeysPayload: false,
  });
  const address = folderAddress(server.origin, workspace);
  console.log(`VS Code with Asset Fetch:  ${address}`);
  console.log(`Workspace:                 ${workspace} (open downloads.md and right-click a URL)`);
  console.log('Ctrl-C ends it.');
  openBrowser(address);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.dispose();
  await samples.dispose();
  await rm(userData, { recursive: true, force: true });
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
