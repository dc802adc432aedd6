// The profile folder of a VS Code under test: settings that keep it quiet, and extensions installed into it.
import { access, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** VS Code settings by their id. */
export type Settings = Readonly<Record<string, unknown>>;

/** No assistants, no welcome, no surveys, no network: what is on the screen is ours. */
const quietSettings: Settings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'terminal.integrated.gpuAcceleration': 'off',
  'update.mode': 'none',
  'window.menuBarVisibility': 'compact',
  'workbench.colorTheme': 'Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** A new, empty profile folder in the temp folder. The caller removes it. */
export async function makeUserData(settings: Settings = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'asset-fetch-vscode-'));
  await ensureSettings(folder, settings);
  return folder;
}

/** Writes `User/settings.json` unless the profile has one already. */
export async function ensureSettings(userData: string, settings: Settings = {}): Promise<void> {
  const file = join(userData, 'User', 'settings.json');
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
}

/** Makes the extension in `folder` look installed in a fresh profile, without packing it. */
export async function linkExtension(userData: string, folder: string): Promise<void> {
  const extensions = join(userData, 'extensions');
  await mkdir(extensions, { recursive: true });
  await symlink(folder, join(extensions, 'under-test'), 'dir');
}
