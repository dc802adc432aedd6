// One window on a fresh sample workspace with its server, as every suite here wants it.
import { bodyBytes } from '../support/body';
import { SampleServer, type SampleAsset } from '../support/sampleServer';
import { quietAboutList, writeSampleWorkspace } from '../support/sampleWorkspace';
import { listFiles, TempFolder } from '../support/tempFolder';
import { Workbench, type WorkbenchOptions } from '../support/vscodeHost/workbench';

/** Eight seconds long, so that it can be interrupted. */
export const slowAsset = {
  path: '/slow/tiles.bin',
  seed: 21,
  sizeBytes: 8 * 2 ** 20,
  bytesPerSecond: 2 ** 20,
} as const satisfies SampleAsset;

/** Stands for a secret: may show nowhere. */
export const signature = 'CANARY-51c0de7f3a';

/** The same behind a signed URL; without the signature there is nothing. */
export const signedAsset = {
  ...slowAsset,
  path: `/slow/signed.bin?signature=${signature}`,
  seed: 22,
} as const satisfies SampleAsset;

export class Session {
  private constructor(
    readonly samples: SampleServer,
    readonly folder: TempFolder,
    readonly workbench: Workbench,
  ) {}

  static async open(options: Partial<WorkbenchOptions> = {}): Promise<Session> {
    const samples = await SampleServer.start([slowAsset, signedAsset]);
    const folder = await TempFolder.make('workspace');
    await writeSampleWorkspace(folder.path, samples);
    const workbench = await Workbench.start({ workspaceFolder: folder.path, settings: quietAboutList, ...options });
    return new Session(samples, folder, workbench);
  }

  get slowUrl(): string {
    return this.samples.origin + slowAsset.path;
  }

  /** Files in the workspace. */
  files(): string[] {
    return listFiles(this.folder.path);
  }

  async close(): Promise<void> {
    await this.workbench.dispose();
    await this.samples.dispose();
    await this.folder.dispose();
  }
}

/** The bytes that a sample has on the server. */
export function bytesOf({ seed, sizeBytes }: SampleAsset): Buffer {
  return bodyBytes(seed, 0, sizeBytes);
}

/** Opens a window before the suite's tests and closes it after them; a failed test leaves a picture of it. */
export function useSession(options: Partial<WorkbenchOptions> = {}): () => Session {
  let session: Session | null = null;
  const current = (): Session => {
    if (session === null) throw new Error('The window is not open yet.');
    return session;
  };
  before(async () => {
    session = await Session.open(options);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed' || session === null) return;
    const name = this.currentTest.fullTitle().replace(/\W+/g, '-');
    console.log(`      picture: ${await session.workbench.screenshot(`failed-${name}`)}`);
    // What the failed test left open must not fail the next one.
    await session.workbench.page.keyboard.press('Escape');
  });
  after(async () => session?.close());
  return current;
}
