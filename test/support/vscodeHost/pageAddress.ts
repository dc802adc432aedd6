// The address under which a VS Code server shows a folder with an extension under development.

/** What the workbench shall open. Paths are absolute. */
export interface PageContent {
  /** A folder, a `.code-workspace` file, or null for an empty window. */
  readonly open: string | null;
  readonly extensionDevelopmentPaths: readonly string[];
  /** Module that exports `run()`; null: no tests, a person or a driver works. */
  readonly extensionTestsPath: string | null;
}

/** The workbench's URL; `origin` is the server's. */
export function pageAddress(origin: string, content: PageContent): string {
  const { host } = new URL(origin);
  const remote = (path: string) => `vscode-remote://${host}${path}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  for (const path of content.extensionDevelopmentPaths) payload.push(['extensionDevelopmentPath', remote(path)]);
  if (content.extensionTestsPath !== null) payload.push(['extensionTestsPath', remote(content.extensionTestsPath)]);
  const query = new URLSearchParams({ ...whatToOpen(content.open), payload: JSON.stringify(payload) });
  return `${origin}/?${query.toString()}`;
}

function whatToOpen(path: string | null): Record<string, string> {
  if (path === null) return { ew: 'true' };
  return path.endsWith('.code-workspace') ? { workspace: path } : { folder: path };
}
