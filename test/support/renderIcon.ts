// `npm run icon`: draws media/icon.png from media/icon.svg, which the marketplace would not take.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from './vscodeHost/browser';
import { repositoryRoot } from './vscodeHost/paths';

const sizePixels = 256;

async function renderIcon(): Promise<void> {
  const svg = await readFile(join(repositoryRoot, 'media/icon.svg'), 'utf8');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: sizePixels, height: sizePixels } });
    await page.setContent(`<style>body { margin: 0; background: transparent }</style>${svg}`);
    await page.screenshot({ path: join(repositoryRoot, 'media/icon.png'), omitBackground: true });
  } finally {
    await browser.close();
  }
}

renderIcon().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
