#!/usr/bin/env node
// An executable in the place of VS Code's, for @vscode/test-electron's `vscodeExecutablePath`. The work is in code.ts.
import { register } from 'tsx/cjs/api';
import { createRequire } from 'node:module';

register();
const { runCode } = createRequire(import.meta.url)('./code.ts');
try {
  process.exitCode = await runCode(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
