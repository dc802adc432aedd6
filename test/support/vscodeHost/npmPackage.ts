// Brings packages from whatever registry npm is configured for. Knows no host names and runs no install scripts.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { extract } from 'tar';

/** A few quick tries: whoever is offline should learn it in seconds. */
const retryOptions = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=4000'];

/**
 * Downloads `spec` (`name@version`) and unpacks it into `folder`.
 * @param only unpacks nothing but this folder of the package, e.g. `lib/vscode`, and leaves its name out.
 */
export async function unpackNpmPackage(spec: string, folder: string, only = ''): Promise<void> {
  const download = await mkdtemp(join(tmpdir(), 'asset-fetch-npm-'));
  try {
    await runNpm(['pack', spec, '--silent', '--ignore-scripts', '--pack-destination', download], download);
    const [archive] = await readdir(download);
    if (archive === undefined) throw new Error(`npm pack ${spec} left no file in ${download}.`);
    await mkdir(folder, { recursive: true });
    const prefix = join('package', only, '/');
    const strip = prefix.split('/').length - 1;
    await extract({ file: join(download, archive), cwd: folder, strip, filter: (path) => path.startsWith(prefix) });
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

/** Installs the production dependencies of the package in `folder`, as its own lock file says. Nothing is compiled. */
export async function installDependencies(folder: string): Promise<void> {
  await runNpm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
}

async function runNpm(args: readonly string[], cwd: string): Promise<void> {
  const [command, ...first] = npmCommand();
  const npm = spawn(command, [...first, ...args, ...retryOptions], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<number | null>((resolve, reject) => npm.once('error', reject).once('close', resolve));
  const [said, code] = await Promise.all([text(npm.stderr), exited]);
  if (code === 0) return;
  throw new Error(
    `npm ${args.slice(0, 2).join(' ')} failed. The VS Code for tests comes from the npm registry, once; ` +
      `check that \`npm ping\` works here and run the command again. npm said:\n${said.trim()}`,
  );
}

/** The npm that runs us, if one does: it need not be the first in PATH. */
function npmCommand(): [string, ...string[]] {
  const script = process.env['npm_execpath'];
  if (script !== undefined && basename(script) === 'npm-cli.js') return [process.execPath, script];
  return process.platform === 'win32' ? ['npm.cmd'] : ['npm'];
}
