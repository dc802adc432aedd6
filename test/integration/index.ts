// What VS Code runs in its extension host: all suites of this folder, bundled beside this file by runIntegration.ts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** Resolves when every test passed; VS Code turns a rejection into exit code 1. */
export async function run(): Promise<void> {
  const reporter = join(__dirname, '../../test/support/countingReporter.cjs');
  const mocha = new Mocha({ ui: 'bdd', color: true, timeout: 60_000, reporter });
  for (const file of readdirSync(__dirname, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.test.js')) mocha.addFile(join(__dirname, file));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests in VS Code failed.`);
}
