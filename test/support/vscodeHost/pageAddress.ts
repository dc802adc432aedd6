// The address under which a VS Code server shows a folder with an extension under development.

/** What the workbench shall open. Paths are absolute. */
export interface PageContent {
  /** A folder, a `.code-workspace` file, or null for an empty window. */
  readonly open: string | null;
  readonly extensionDevelopmentPaths: readonly string[];
  /** Module that exports `run()`; null: no tests, a person or a driver works. */
  readonly extensionTestsPath: string | null;
}

/** The workbench's URL for a person or a driver: nothing but a folder, a `.code-workspace` file, or null for an empty window. */
export function folderAddress(origin: string, open: string | null): string {
  return pageAddress(origin, { open, extensionDevelopmentPaths: [], extensionTestsPath: null });
}

/** The workbench's URL; `origin` is the server's. */
export function pageAddress(origin: string, content: PageContent): string {
  const { host } = new URL(origin);
  const remote = (path: string) => `vscode-remote://${host}${path}`;
  const payload: [string, string][] = content.extensionDevelopmentPaths.map((path) => [
    'extensionDevelopmentPath',
    remote(path),
  ]);
  if (content.extensionTestsPath !== null) payload.push(['extensionTestsPath', remote(content.extensionTestsPath)]);
  const query = new URLSearchParams(whatToOpen(content.open));
  if (payload.length > 0) query.set('payload', JSON.stringify([['skipWelcome', 'true'], ...payload]));
  return `${origin}/?${query.toString().replaceAll('%2F', '/')}`;
}

function whatToOpen(path: string | null): Record<string, string> {
  if (path === null) return { ew: 'true' };
  return path.endsWith('.code-workspace') ? { workspace: path } : { folder: path };
}
