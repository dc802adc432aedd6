// What the executable code.mjs does: a VS Code that takes VS Code's own arguments, made of a server and a browser.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCodeArguments, type CodeArguments } from './codeArguments';
import { CodeServer } from './codeServer';
import { pageAddress } from './pageAddress';
import { runInWorkbench } from './testRun';
import { ensureSettings } from './userData';

const defaultTimeoutMs = 10 * 60_000;

/**
 * With `--extensionTestsPath`: runs the tests headless and resolves with their exit code. Without: prints the address
 * and serves until the process is ended. ASSET_FETCH_VSCODE_TIMEOUT_MS bounds a test run.
 */
export async function runCode(args: readonly string[]): Promise<number> {
  const asked = parseCodeArguments(args);
  const userData = asked.userData ?? (await mkdtemp(join(tmpdir(), 'asset-fetch-vscode-')));
  await ensureSettings(userData);
  const server = await CodeServer.start({ ...asked, userData, obeysPayload: true });
  try {
    return await serve(server, asked);
  } finally {
    await server.dispose();
    if (asked.userData === null) await rm(userData, { recursive: true, force: true });
  }
}

async function serve(server: CodeServer, asked: CodeArguments): Promise<number> {
  if (asked.extensionTestsPath !== null) {
    const timeoutMs = Number(process.env['ASSET_FETCH_VSCODE_TIMEOUT_MS'] ?? defaultTimeoutMs);
    return runInWorkbench(server.origin, asked, timeoutMs);
  }
  console.log(pageAddress(server.origin, asked));
  return new Promise((resolve) => process.once('SIGINT', () => resolve(130)).once('SIGTERM', () => resolve(143)));
}
