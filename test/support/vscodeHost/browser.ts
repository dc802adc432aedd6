// Starts the headless browser in which the workbench runs, and ends it.
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { ensureBrowser } from './browserInstallation';

/** Nothing but the page may reach the network, and nothing of the machine may be asked for. */
const quietArguments = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
];

/** A headless browser that dies with this process. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { executable, environment } = await ensureBrowser();
  return chromium.launch({
    executablePath: executable,
    args: quietArguments,
    env: { ...process.env, ...environment },
  });
}

/** A fresh profile with a clipboard, in a window of the size that screenshots are taken in. */
export async function openProfile(browser: Browser, origin: string): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: false });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  return context;
}
