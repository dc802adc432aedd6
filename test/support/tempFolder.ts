// Real temp folders for tests: made on demand, gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readdirSync, realpathSync } from 'node:fs';

/** A folder of its own, with symlinks in its path resolved (macOS has `/tmp` as one). Call `dispose()` at the end. */
export class TempFolder {
  private constructor(readonly path: string) {}

  /** @param parent where to make it; default: the system's folder for such things. */
  static async make(label = 'test', parent = tmpdir()): Promise<TempFolder> {
    return new TempFolder(realpathSync(await mkdtemp(join(parent, `asset-fetch-${label}-`))));
  }

  at(...segments: string[]): string {
    return join(this.path, ...segments);
  }

  /** Files below, relative and `/`-separated, sorted. Folders alone are not listed. */
  files(): string[] {
    return listFiles(this.path);
  }

  async dispose(): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Files below a folder, relative and `/`-separated, sorted; none where the folder is missing. Links are listed, not followed. */
export function listFiles(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const below = entries.flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(folder, entry.name)).map((file) => `${entry.name}/${file}`) : [entry.name],
  );
  return below.sort();
}
