// One window on a folder with an asset list, and the host that the list names.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AssetHost, type HostedFile } from '../support/assetHost';
import { bodyBytes } from '../support/body';
import { TempFolder } from '../support/tempFolder';
import type { Settings } from '../support/vscodeHost/userData';
import { Workbench } from '../support/vscodeHost/workbench';

export interface AssetSessionOptions {
  readonly hosted: readonly HostedFile[];
  /** Entries of the list; null: no list. */
  readonly assets: readonly object[] | null;
  /** Other files of the folder, by path. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** The `.code-workspace` among them to open in place of the folder. */
  readonly workspaceFile?: string;
  readonly settings?: Settings;
  readonly isTrusted?: boolean;
}

export class AssetSession {
  private constructor(
    readonly host: AssetHost,
    readonly folder: TempFolder,
    readonly workbench: Workbench,
  ) {}

  static async open(options: AssetSessionOptions): Promise<AssetSession> {
    const host = await AssetHost.start(options.hosted);
    const folder = await TempFolder.make('assets');
    if (options.assets !== null) writeList(folder, options.assets);
    for (const [path, content] of Object.entries(options.files ?? {})) {
      await mkdir(dirname(folder.at(path)), { recursive: true });
      writeFileSync(folder.at(path), content);
    }
    const workbench = await Workbench.start({
      workspaceFolder: options.workspaceFile === undefined ? folder.path : folder.at(options.workspaceFile),
      isTrusted: options.isTrusted ?? true,
      settings: { 'http.proxy': host.proxyUrl, 'http.noProxy': ['127.0.0.1'], ...options.settings },
    });
    return new AssetSession(host, folder, workbench);
  }

  writeList(assets: readonly object[]): void {
    writeList(this.folder, assets);
  }

  read(path: string): Buffer {
    return readFileSync(this.folder.at(path));
  }

  /** Waits until a lens of the open list shows `text`. */
  async waitForLens(text: string | RegExp): Promise<void> {
    await this.workbench.page.locator('.codelens-decoration').filter({ hasText: text }).first().waitFor();
  }

  /** Presses `action` of the lens that shows `state`. */
  async pressLens(state: string | RegExp, action: string): Promise<void> {
    const lens = this.workbench.page.locator('.codelens-decoration').filter({ hasText: state }).first();
    await lens.getByText(action, { exact: true }).click();
  }

  async close(): Promise<void> {
    await this.workbench.dispose();
    await this.host.dispose();
    await this.folder.dispose();
  }
}

/** Opens the window before the suite's tests and closes it after them; a failed test leaves a picture of it. */
export function useAssetSession(options: AssetSessionOptions): () => AssetSession {
  let session: AssetSession | null = null;
  const current = (): AssetSession => {
    if (session === null) throw new Error('The window is not open yet.');
    return session;
  };
  before(async () => {
    session = await AssetSession.open(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || session === null) return;
    const name = this.currentTest.fullTitle().replace(/\W+/g, '-').slice(0, 90);
    console.log(`      picture: ${await session.workbench.screenshot(`failed-${name}`)}`);
    await session.workbench.page.keyboard.press('Escape');
  });
  after(async () => session?.close());
  return current;
}

/** The bytes of a file of the host. */
export function hostedBytes({ seed, sizeBytes }: HostedFile): Buffer {
  return bodyBytes(seed, 0, sizeBytes);
}

function writeList(folder: TempFolder, assets: readonly object[]): void {
  writeFileSync(folder.at('asset-fetch.json'), `${JSON.stringify({ version: 1, assets }, null, 2)}\n`);
}
