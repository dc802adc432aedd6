// Finds a browser of the Chromium family on the machine, or installs the one that npm has. Launching is browser.ts's.
import { execFile } from 'node:child_process';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar';
import { ensureComponent } from './component';
import { unpackNpmPackage } from './npmPackage';
import { hostFolder } from './paths';
import { hostVersions } from './versions';

/** A browser and what it needs in its environment. */
export interface BrowserInstallation {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
}

const commandNames = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const usualPlaces = [
  '/opt/google/chrome/chrome',
  '/opt/microsoft/msedge/msedge',
  '/usr/lib/chromium/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The browser named by ASSET_FETCH_BROWSER, else an installed one, else the one from npm (linux-x64 only). */
export async function ensureBrowser(): Promise<BrowserInstallation> {
  const named = process.env['ASSET_FETCH_BROWSER'];
  const executable = named ?? (await findInstalledBrowser());
  return executable === null ? ensureNpmBrowser() : { executable, environment: {} };
}

async function findInstalledBrowser(): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const inPath = commandNames.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const candidate of [...inPath, ...usualPlaces]) {
    if (await canAccess(candidate, constants.X_OK)) return candidate;
  }
  return null;
}

async function canAccess(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

async function ensureNpmBrowser(): Promise<BrowserInstallation> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('No Chrome, Edge or Chromium found. Install one, or name one in ASSET_FETCH_BROWSER.');
  }
  const folder = join(hostFolder, `chromium-${hostVersions.chromium}`);
  await ensureComponent(folder, `@sparticuz/chromium@${hostVersions.chromium}`, buildBrowser);
  return { executable: join(folder, 'chromium'), environment: await browserEnvironment(folder) };
}

async function buildBrowser(folder: string): Promise<void> {
  const packed = join(folder, 'packed');
  await unpackNpmPackage(`@sparticuz/chromium@${hostVersions.chromium}`, packed, 'bin');
  await Promise.all([
    pipeline(
      createReadStream(join(packed, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(folder, 'chromium'), { mode: 0o755 }),
    ),
    unpackBrotliTar(join(packed, 'al2023.tar.br'), folder),
    unpackBrotliTar(join(packed, 'fonts.tar.br'), join(folder, 'fontconfig')),
  ]);
  await rm(packed, { recursive: true });
}

async function unpackBrotliTar(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await pipeline(createReadStream(archive), createBrotliDecompress(), extract({ cwd: folder }));
}

/** Bare machines lack NSS or fonts; the package brings both. Where the machine has its own, those are used. */
async function browserEnvironment(folder: string): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  if (!(await startsAlone(join(folder, 'chromium')))) environment['LD_LIBRARY_PATH'] = join(folder, 'lib');
  if (!(await canAccess('/etc/fonts/fonts.conf', constants.R_OK))) {
    environment['FONTCONFIG_PATH'] = join(folder, 'fontconfig');
    await writeFontConfiguration(join(folder, 'fontconfig'));
  }
  return environment;
}

async function startsAlone(executable: string): Promise<boolean> {
  return promisify(execFile)(executable, ['--version']).then(
    () => true,
    () => false,
  );
}

/** The package's own file names folders of a cloud service. */
async function writeFontConfiguration(folder: string): Promise<void> {
  const text = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/cache</cachedir></fontconfig>`;
  await writeFile(join(folder, 'fonts.conf'), text);
}
