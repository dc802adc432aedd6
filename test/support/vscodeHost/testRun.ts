// Runs one test module in the extension host of a real VS Code, in a headless browser, and tells how it ended.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser, openProfile } from './browser';
import { pageAddress, type PageContent } from './pageAddress';
import { outFolder } from './paths';

/** What the workbench says of itself while tests run; the tests' own lines have none of these beginnings. */
const workbenchNoise =
  /^(\[(AgentHost|AgentPlugin|ChatModel|AccountPolicy|reconnection|Service Worker|Policy)|Resolv|Creating a socket|Updating additional|Ignoring |Creation of workbench contribution|DialogService: |No search provider|Canceled: Canceled)/;

/**
 * Opens the workbench, lets VS Code run the tests of `content` and prints their console.
 * @returns the exit code that VS Code reports: 0 when the tests' `run()` resolved.
 */
export async function runInWorkbench(origin: string, content: PageContent, timeoutMs: number): Promise<number> {
  const browser = await launchBrowser();
  try {
    const context = await openProfile(browser, origin);
    const page = await context.newPage();
    const exit = waitForExit(page);
    await page.exposeFunction('codeAutomationLog', printLog);
    await page.goto(pageAddress(origin, content));
    return await Promise.race([exit, giveUp(page, timeoutMs)]);
  } finally {
    await browser.close();
  }
}

async function waitForExit(page: Page): Promise<number> {
  return new Promise((resolve, reject) => {
    page.once('crash', () => reject(new Error('The browser page crashed.')));
    page.exposeFunction('codeAutomationExit', (code: number) => resolve(code)).catch(reject);
  });
}

function printLog(type: string, args: readonly unknown[]): void {
  const text = format(...args);
  if (workbenchNoise.test(text)) return;
  (type === 'error' ? process.stderr : process.stdout).write(`${text}\n`);
}

async function giveUp(page: Page, timeoutMs: number): Promise<never> {
  await page.waitForTimeout(timeoutMs);
  const picture = join(outFolder, 'vscode-timeout.png');
  await mkdir(outFolder, { recursive: true });
  await page.screenshot({ path: picture });
  throw new Error(`The tests in VS Code did not end within ${timeoutMs / 1000} s; see ${picture}.`);
}
