// From the path that a person or caller writes to the folder that is entitled and the path in it. Looks at no disk.
import * as path from 'node:path';
import { checkRelativePath, proposeFileName } from '../assets/destination';
import { FetchError } from '../assets/fetchError';
import { isInside } from '../assets/insidePath';

/** The fields of a FetchRequest that say where the file goes. */
export interface Placement {
  /** Absolute path of the folder that nothing leaves. */
  readonly root: string;
  /** Relative to it, `/`-separated. */
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * Reads a destination. Relative ones lie in the first root; absolute ones must lie in one of them, the innermost counts. Without
 * roots (no folder is open) absolute ones entitle their own folder. A trailing `/` names a folder, in which the server's name is
 * used; so does what is empty or `.`.
 * @throws FetchError `unsafePath` for what leaves the roots; `invalidRequest` for a relative path without a root
 */
export function readDestination(text: string, roots: readonly string[]): Placement {
  const trimmed = text.trim();
  if (path.isAbsolute(trimmed)) return readAbsolute(trimmed, roots);
  const [root] = roots;
  if (root === undefined) {
    throw new FetchError('invalidRequest', `No folder is open, so “${trimmed}” needs to be an absolute path.`);
  }
  return { root, ...readRelative(trimmed) };
}

function readAbsolute(text: string, roots: readonly string[]): Placement {
  if (roots.length === 0) return readFreely(text);
  const inside = roots.filter((root) => isInside(root, text)).sort((a, b) => b.length - a.length);
  const [root] = inside;
  if (root === undefined) {
    throw new FetchError('unsafePath', `${text} is outside of the folders that are open.`, { path: text });
  }
  const relative = path.relative(root, text);
  return { root, ...readRelative(namesFolder(text) ? `${relative}/` : relative) };
}

function readFreely(text: string): Placement {
  if (namesFolder(text)) return { root: path.resolve(text), path: '', isFolder: true };
  const absolute = path.resolve(text);
  return { root: path.dirname(absolute), path: checkRelativePath(path.basename(absolute)), isFolder: false };
}

function readRelative(text: string): Omit<Placement, 'root'> {
  if (!namesFolder(text)) return { path: checkRelativePath(text), isFolder: false };
  const folder = text.replace(/^(?:\.?[/\\])+/, '').replace(/[/\\]+$/, '');
  return { path: folder === '' || folder === '.' ? '' : checkRelativePath(folder), isFolder: true };
}

function namesFolder(text: string): boolean {
  return text === '' || text === '.' || /[/\\]$/.test(text);
}

/**
 * The path to ask consent for: in a folder with the name that the URL gives. Another name would be the server's, which is never
 * a sensitive one (engine/remoteName.ts).
 */
export function pathToJudge({ path: wanted, isFolder }: Pick<Placement, 'path' | 'isFolder'>, url: string): string {
  return isFolder ? path.posix.join(wanted, proposeFileName({ contentDisposition: [], url })) : wanted;
}

/** The path proposed for a URL: its own name in `folder`, or the folder alone where the server surely knows a better one. */
export function proposePath(folder: string, nameOfUrl: string, url: URL): string {
  const prefix = folder === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const hasName = /[^/]$/.test(url.pathname) && url.pathname !== '/';
  // `/download?id=3`: the name comes with Content-Disposition.
  const isNameDoubtful = !hasName || (url.search !== '' && !/\.[A-Za-z0-9]+$/.test(nameOfUrl));
  return isNameDoubtful ? prefix || './' : `${prefix}${nameOfUrl}`;
}
