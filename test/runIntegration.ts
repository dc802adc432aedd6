// Runs test/integration in a real VS Code: the one of test/support/vscodeHost, or with `--desktop` one that
// @vscode/test-electron downloads. With `--serve` it runs nothing and keeps ready what a debug session needs.
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { userSettings } from './integration/userSettings';
import { largeAsset, SampleServer } from './support/sampleServer';
import { writeSampleWorkspace } from './support/sampleWorkspace';
import { TempFolder } from './support/tempFolder';
import { outFolder, repositoryRoot } from './support/vscodeHost/paths';
import { makeUserData } from './support/vscodeHost/userData';

const suites = join(repositoryRoot, 'test/integration');
const bundles = join(outFolder, 'integration');

async function bundleTests(): Promise<void> {
  await rm(bundles, { recursive: true, force: true });
  await build({
    entryPoints: [join(suites, 'index.ts'), `${suites}/**/*.test.ts`],
    outbase: suites,
    outdir: bundles,
    bundle: true,
    platform: 'node',
    // As in esbuild.mjs: the CommonJS files of jsonc-parser can't be bundled.
    mainFields: ['module', 'main'],
    target: 'node22',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
}

async function runIn(workspace: string, userData: string): Promise<void> {
  const isDesktop = process.argv.includes('--desktop');
  await runTests({
    ...(isDesktop ? {} : { vscodeExecutablePath: join(repositoryRoot, 'test/support/vscodeHost/code.mjs') }),
    extensionDevelopmentPath: repositoryRoot,
    extensionTestsPath: join(bundles, 'index.js'),
    extensionTestsEnv: { ASSET_FETCH_TEST_USER_DATA: userData },
    launchArgs: [workspace, `--user-data-dir=${userData}`, `--extensions-dir=${join(userData, 'extensions')}`],
  });
}

async function runAll(): Promise<void> {
  const samples = await SampleServer.start([largeAsset]);
  const workspace = await TempFolder.make('workspace');
  const userData = await makeUserData(userSettings);
  try {
    await writeSampleWorkspace(workspace.path, samples);
    await runIn(workspace.path, userData);
  } finally {
    await samples.dispose();
    await workspace.dispose();
    await rm(userData, { recursive: true, force: true });
  }
}

async function serve(): Promise<void> {
  const samples = await SampleServer.start();
  await writeSampleWorkspace(join(outFolder, 'workspace'), samples);
  console.log(`samples are served at ${samples.origin}`);
}

async function main(): Promise<void> {
  console.log('bundling');
  await bundleTests();
  await (process.argv.includes('--serve') ? serve() : runAll());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
