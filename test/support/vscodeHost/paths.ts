// Where things lie in the repository.
import { join, resolve } from 'node:path';

export const repositoryRoot = resolve(__dirname, '../../..');

/** Installed hosts; not in git, safe to delete. */
export const hostFolder = join(repositoryRoot, '.vscode-test');

/** What test runs leave behind: bundles, reports, screenshots. Not in git. */
export const outFolder = join(repositoryRoot, 'out');

export const screenshotFolder = join(outFolder, 'screenshots');
