// Finds where part files and journals lie: this window's storage folder, and others that the same workspace had before. A server
// host gives a second window of a workspace the folder `…-1`, and after a restart another one than before.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import type { StateFolders } from './engineConfig';

export interface StoragePlaces {
  /** `storageUri` as a path; null where no folder is open. VS Code does not make it. */
  readonly workspaceStorage: string | null;
  /** `globalStorageUri` as a path. */
  readonly globalStorage: string;
  /** The same text for every window of the workspace: its URIs. */
  readonly workspaceIdentity: string;
}

/** The folders to keep transfers in and to look for unfinished ones in. Never fails: what can't be read is not found. */
export async function findStateFolders(places: StoragePlaces): Promise<StateFolders> {
  const { workspaceStorage, globalStorage } = places;
  if (workspaceStorage === null) return { stateDir: globalStorage, otherStateDirs: [] };
  const found = [...(await findSiblings(workspaceStorage)), ...(await readIndex(places))];
  const others = new Set(found.map((folder) => path.resolve(folder)));
  others.delete(path.resolve(workspaceStorage));
  return { stateDir: workspaceStorage, otherStateDirs: [...others] };
}

/**
 * Makes this window's state folder and notes it for later windows of the workspace. The index is one file a folder below
 * `globalStorage`, so that two windows never overwrite each other's note. Raises the file system's errors.
 */
export async function noteStateFolder(places: StoragePlaces): Promise<void> {
  const { workspaceStorage } = places;
  if (workspaceStorage === null) return;
  const folder = indexFolder(places);
  await Promise.all([mkdir(workspaceStorage, { recursive: true }), mkdir(folder, { recursive: true })]);
  await writeFile(path.join(folder, digest(workspaceStorage)), workspaceStorage);
}

/** Whether anything lies there that could be an unfinished transfer. Cheap: it keeps the engine from being started for nothing. */
export async function mayHoldTransfers({ stateDir, otherStateDirs }: StateFolders): Promise<boolean> {
  const listings = await Promise.all(
    [stateDir, ...otherStateDirs].map((dir) => listFolder(path.join(dir, 'transfers'))),
  );
  return listings.some((names) => names.length > 0);
}

/** `/data/workspaceStorage/ID-1/asset-fetch.asset-fetch` has the siblings `…/ID/…` and `…/ID-2/…`. */
async function findSiblings(workspaceStorage: string): Promise<string[]> {
  const workspace = path.dirname(workspaceStorage);
  const base = path.basename(workspace).replace(/-\d+$/, '');
  const names = await listFolder(path.dirname(workspace));
  const siblings = names.filter((name) => name.startsWith(base) && /^(?:-\d+)?$/.test(name.slice(base.length)));
  const folders = siblings.map((name) => path.join(path.dirname(workspace), name, path.basename(workspaceStorage)));
  return filterFolders(folders);
}

async function readIndex(places: StoragePlaces): Promise<string[]> {
  const folder = indexFolder(places);
  const notes = (await listFolder(folder)).map((name) => path.join(folder, name));
  const known = await Promise.all(
    notes.map(async (note) => {
      const stateDir = await readFile(note, 'utf8').catch(() => '');
      const isThere = path.isAbsolute(stateDir) && (await isFolder(stateDir));
      if (!isThere) await rm(note, { force: true }).catch(() => undefined);
      return isThere ? stateDir : null;
    }),
  );
  return known.filter((stateDir) => stateDir !== null);
}

function indexFolder({ globalStorage, workspaceIdentity }: StoragePlaces): string {
  return path.join(globalStorage, 'state-folders', digest(workspaceIdentity));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

async function filterFolders(folders: readonly string[]): Promise<string[]> {
  const kept = await Promise.all(folders.map(async (folder) => ((await isFolder(folder)) ? folder : null)));
  return kept.filter((folder) => folder !== null);
}

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
