// Installs the VS Code server and the Node it wants. Browsers are browserInstallation.ts's.
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureComponent } from './component';
import { installDependencies, unpackNpmPackage } from './npmPackage';
import { hostFolder } from './paths';
import { hostVersions } from './versions';

/** Paths of an installed VS Code server. */
export interface CodeInstallation {
  /** Executable of the Node that VS Code's server runs on. */
  readonly node: string;
  /** `server-main.js`, the server's entry. */
  readonly serverMain: string;
}

/** Installs what is missing and says where it is. Needs neither root nor a compiler, only npm. */
export async function ensureCode(): Promise<CodeInstallation> {
  const codeFolder = join(hostFolder, `vscode-${hostVersions.vscode}`);
  const node = await ensureNode();
  await ensureComponent(codeFolder, `code-server@${hostVersions.codeServer}`, buildCode);
  return { node, serverMain: join(codeFolder, 'out/server-main.js') };
}

async function ensureNode(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  if (!['linux-x64', 'linux-arm64'].includes(platform)) return ownNode(platform);
  const folder = join(hostFolder, `node-${hostVersions.node}`);
  const spec = `node-${platform}@${hostVersions.node}`;
  await ensureComponent(folder, spec, (fresh) => unpackNpmPackage(spec, fresh));
  return join(folder, 'bin/node');
}

/** npm holds no Node 24 for other platforms; there the one that runs us serves, if it is new enough. */
function ownNode(platform: string): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    `VS Code's server wants Node 24, and npm has none for ${platform}. Run this with Node 24, or use \`npm run test:desktop\`.`,
  );
}

async function buildCode(folder: string): Promise<void> {
  await unpackNpmPackage(`code-server@${hostVersions.codeServer}`, folder, 'lib/vscode');
  await installDependencies(folder);
  // The logger is a native addon that would need a compiler. Without a logger, output channels stay empty.
  await copyFile(join(__dirname, 'fileLogger.cjs'), join(folder, 'node_modules/@vscode/spdlog/index.js'));
  await writeFile(join(folder, 'node_modules/@vscode/native-watchdog/index.js'), 'exports.start = () => {};\n');
}
