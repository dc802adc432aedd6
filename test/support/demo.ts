// `npm run demo [-- URL]`: runs Download File… in a real, headless VS Code as a person would, and tells what happened.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SampleServer } from './sampleServer';
import { quietAboutList, sampleIntegrity, writeSampleWorkspace } from './sampleWorkspace';
import { listFiles } from './tempFolder';
import { outFolder } from './vscodeHost/paths';
import { Workbench } from './vscodeHost/workbench';

const workspace = join(outFolder, 'demo');

/** Types what a person would type; the hash only where one is known. */
async function startDownload(workbench: Workbench, url: string, integrity: string | null): Promise<void> {
  const { quickInput } = workbench;
  await workbench.runCommand('Asset Fetch: Download File…');
  await quickInput.typeInInputBox(url, 'Address of the file');
  if (integrity !== null) {
    await quickInput.waitFor('Path in');
    await quickInput.clickButton('Add Hash to Verify the File…');
    await quickInput.typeInInputBox(integrity, 'hash that the file must have');
  }
  await quickInput.accept('Path in');
}

/** Prints the progress notification whenever it changes. @returns the closing message */
async function followProgress(workbench: Workbench): Promise<string> {
  let shown: string[] = [];
  let hasPicture = false;
  for (;;) {
    shown = await workbench.notifications.waitForChange(shown);
    const progress = shown.find((text) => text.startsWith('Downloading '));
    if (progress === undefined && shown[0] !== undefined) return shown[0];
    if (progress === undefined) continue;
    console.log(`  ${progress}`);
    if (hasPicture || !/ [3-9]\d %/.test(progress)) continue;
    hasPicture = true;
    console.log(`  (picture: ${await workbench.screenshot('demo-progress')})`);
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function report(workbench: Workbench, message: string, filesBefore: readonly string[]): Promise<void> {
  const picture = await workbench.screenshot('demo-end');
  console.log(`VS Code says: ${message}\nPicture:      ${picture}`);
  const saved = listFiles(workspace).find((file) => !filesBefore.includes(file));
  if (saved === undefined) throw new Error('No file has come into the workspace.');
  const path = join(workspace, saved);
  await workbench.notifications.click(message, 'Copy SHA-256');
  const claimed = await workbench.waitForClipboard(/^[0-9a-f]{64}$/);
  const found = await hashFile(path);
  if (claimed !== found) throw new Error(`VS Code says sha256 ${claimed}, the file on disk has ${found}.`);
  console.log(`Saved:        ${path}`);
  console.log(`Size:         ${(await stat(path)).size} bytes`);
  console.log(`SHA-256:      ${found} (as VS Code says and as read from disk)`);
  console.log(`Proof:        ${message.split(', ').slice(2).join(', ')}`);
}

async function runDemo(samples: SampleServer): Promise<void> {
  await writeSampleWorkspace(workspace, samples);
  const filesBefore = listFiles(workspace);
  const asked = process.argv[2];
  console.log('Opening VS Code, headless…');
  const workbench = await Workbench.start({ workspaceFolder: workspace, settings: quietAboutList });
  try {
    const url = asked ?? samples.urlOf('map');
    console.log(`Asset Fetch: Download File… ${url}`);
    await startDownload(workbench, url, asked === undefined ? sampleIntegrity('map') : null);
    await report(workbench, await followProgress(workbench), filesBefore);
  } catch (error) {
    console.error(`Picture of the failure: ${await workbench.screenshot('demo-failure')}`);
    throw error;
  } finally {
    await workbench.dispose();
  }
}

async function main(): Promise<void> {
  await rm(workspace, { recursive: true, force: true });
  const samples = await SampleServer.start();
  try {
    await runDemo(samples);
  } finally {
    await samples.dispose();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
