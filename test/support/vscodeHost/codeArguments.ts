// Reads the arguments that VS Code's own executable takes, as far as they mean something to this host.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What was asked for; paths are absolute. */
export interface CodeArguments {
  readonly open: string | null;
  readonly extensionDevelopmentPaths: readonly string[];
  readonly extensionTestsPath: string | null;
  readonly userData: string | null;
  readonly extensions: string | null;
  readonly isTrusted: boolean;
  readonly locale: string | null;
}

/** Parses e.g. `--extensionDevelopmentPath=/ext --extensionTestsPath=/tests.js /folder`; unknown flags mean nothing here. */
export function parseCodeArguments(args: readonly string[]): CodeArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      extensionDevelopmentPath: { type: 'string', multiple: true },
      extensionTestsPath: { type: 'string' },
      'user-data-dir': { type: 'string' },
      'extensions-dir': { type: 'string' },
      'disable-workspace-trust': { type: 'boolean' },
      locale: { type: 'string' },
    },
  });
  const development = values.extensionDevelopmentPath ?? [];
  return {
    open: pathOf(positionals[0]),
    extensionDevelopmentPaths: development.map(pathOf).filter((path) => path !== null),
    extensionTestsPath: pathOf(values.extensionTestsPath),
    userData: pathOf(values['user-data-dir']),
    extensions: pathOf(values['extensions-dir']),
    isTrusted: values['disable-workspace-trust'] === true,
    locale: typeof values.locale === 'string' ? values.locale : null,
  };
}

function pathOf(value: unknown): string | null {
  return typeof value === 'string' ? resolve(value) : null;
}
