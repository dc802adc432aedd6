// P11: what ships. How long activation takes is printed by test/integration/activation.test.ts.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../peers';
import type { Comparison, Row } from './row';

const KILOBYTE = 1000;
const vsix = 'out/bench.vsix';

export const sizesRow: Row = {
  id: 'P11',
  async run() {
    await promisify(execFile)('npm', ['run', '--silent', 'package', '--', '--out', vsix], { cwd: projectFolder });
    return {
      id: 'P11',
      title: 'Size of what ships; the integration tests print how long activation takes in a real VS Code',
      contenders: [],
      comparisons: [await weigh('dist/extension.js', 'dist/extension.js', 60), await weigh('the .vsix', vsix, 600)],
      notes: [],
    };
  },
};

async function weigh(text: string, path: string, target: number): Promise<Comparison> {
  const bytes = await stat(join(projectFolder, path)).then(
    ({ size }) => size,
    () => null,
  );
  return { text, found: bytes === null ? null : bytes / KILOBYTE, target, unit: 'KB' };
}
