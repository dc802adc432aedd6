// Builds dist/: the extension, its engine worker, the hash thread and the command line.
// Fails when a bundle holds what it must not: undici on the extension host's thread, vscode off it.
import { build, context } from 'esbuild';
import { readFileSync } from 'node:fs';

const watch = process.argv.includes('--watch');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const shared = {
  bundle: true,
  platform: 'node',
  // The CommonJS files of jsonc-parser require by computed paths, which no bundler follows.
  mainFields: ['module', 'main'],
  target: 'node20.18',
  format: 'cjs',
  outdir: 'dist',
  minify: !watch,
  keepNames: false,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  define: { ASSET_FETCH_VERSION: JSON.stringify(version) },
};

/** Two bundles, so that activation loads only what it needs: the entry requires the other one later. */
const editor = { ...shared, target: 'node22', external: ['vscode'], supported: { 'dynamic-import': false } };

const bundles = [
  { ...editor, entryPoints: { extension: 'src/extension.ts' }, external: ['vscode', './editor/main'] },
  { ...editor, entryPoints: { 'editor/main': 'src/editor/main.ts' } },
  { ...shared, entryPoints: { worker: 'src/engine/worker.ts' }, target: 'node22' },
  { ...shared, entryPoints: { hashThread: 'src/engine/hashThread.ts' } },
  { ...shared, entryPoints: { cli: 'src/cli.ts' }, banner: { js: '#!/usr/bin/env node' } },
];

/** Bundles being made in watch mode. */
let building = 0;

if (watch) {
  for (const options of bundles) await (await context({ ...options, plugins: [tellBuilds()] })).watch();
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  for (const { metafile } of results) checkBundle(metafile);
}

/** Says in watch mode when all bundles are made: a debug session waits for it (.vscode/tasks.json). */
function tellBuilds() {
  return {
    name: 'tell-builds',
    setup(build) {
      build.onStart(() => void (building++ === 0 && console.log('build started')));
      build.onEnd(() => void (--building === 0 && console.log('build finished')));
    },
  };
}

function checkBundle(metafile) {
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const inputs = Object.keys(output.inputs);
    const holdsUndici = inputs.some((input) => input.includes('node_modules/undici/'));
    if (/^dist\/(?:extension|editor\/main)\.js$/.test(file) && holdsUndici)
      throw new Error(`${file} must not contain undici`);
    console.log(`${file} ${(output.bytes / 1024).toFixed(1)} KiB`);
  }
}
