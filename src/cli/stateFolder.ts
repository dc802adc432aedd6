// Where part files and journals lie when nobody says: the platform's cache folder.
import * as path from 'node:path';

/** What the choice depends on. `homeDir` is empty where there is none (a bare container user). */
export interface StateFolderSurroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly tempDir: string;
}

/**
 * Default state folder: `$XDG_CACHE_HOME/asset-fetch` or `~/.cache/asset-fetch`, `~/Library/Caches/asset-fetch`,
 * `%LOCALAPPDATA%\asset-fetch\Cache`; the temp folder where there is no home. Not created here.
 * A relative XDG_CACHE_HOME is ignored, as the XDG Base Directory Specification demands.
 */
export function locateStateFolder({ platform, env, homeDir, tempDir }: StateFolderSurroundings): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const absolute = (folder: string | undefined): string | null =>
    folder !== undefined && paths.isAbsolute(folder) ? folder : null;
  const home = absolute(homeDir);
  if (platform === 'win32') {
    const local = absolute(env['LOCALAPPDATA']) ?? (home === null ? null : paths.join(home, 'AppData', 'Local'));
    return paths.join(local ?? tempDir, 'asset-fetch', 'Cache');
  }
  if (platform === 'darwin')
    return paths.join(home === null ? tempDir : paths.join(home, 'Library', 'Caches'), 'asset-fetch');
  const cache = absolute(env['XDG_CACHE_HOME']) ?? (home === null ? null : paths.join(home, '.cache'));
  return paths.join(cache ?? tempDir, 'asset-fetch');
}
