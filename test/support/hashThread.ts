// The engine's hash thread, built for tests that run the engine from its sources.
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds src/engine/hashThread.ts once a process and returns the path of the result, which lives as long as the process. */
export const buildHashThread = ((): (() => string) => {
  let path: string | null = null;
  return () => (path ??= build());
})();

function build(): string {
  const folder = mkdtempSync(join(tmpdir(), 'asset-fetch-thread-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'hashThread.js');
  const entry = join(__dirname, '..', '..', 'src', 'engine', 'hashThread.ts');
  buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  return outfile;
}
