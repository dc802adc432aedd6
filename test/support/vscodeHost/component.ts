// One installed part of the host: a folder that is complete or not there at all.
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { recipeRevision } from './versions';

const stampName = 'asset-fetch-stamp.json';

/**
 * Makes sure that `folder` holds what `build` puts there, and builds it if not. Built in a sibling and renamed, so that
 * a killed install leaves nothing half-done and two at the same time don't disturb each other.
 * @param spec package and version; a folder made from another is replaced.
 */
export async function ensureComponent(
  folder: string,
  spec: string,
  build: (folder: string) => Promise<void>,
): Promise<void> {
  const stamp = JSON.stringify({ spec, recipeRevision });
  if ((await readStamp(folder)) === stamp) return;
  process.stderr.write(`Installing ${spec} into ${folder}, once…\n`);
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await build(fresh);
    await writeFile(join(fresh, stampName), stamp);
    await moveInto(fresh, folder, stamp);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function moveInto(fresh: string, folder: string, stamp: string): Promise<void> {
  if ((await readStamp(folder)) === stamp) return;
  await rm(folder, { recursive: true, force: true });
  try {
    await rename(fresh, folder);
  } catch (error) {
    // Another process may have been faster since the check above; its folder is as good.
    if ((await readStamp(folder)) !== stamp) throw error;
  }
}

async function readStamp(folder: string): Promise<string | null> {
  return readFile(join(folder, stampName), 'utf8').catch(() => null);
}
