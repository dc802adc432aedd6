// P11: what ships. How long activation takes is printed by test/integration/activation.test.ts.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../peers';
import type { Comparison, Row } from './row';

const KILOBYTE = 1000;

export const sizesRow: Row = {
  id: 'P11',
  async run() {
    const vsix = (await readdir(projectFolder))
      .filter((name) => name.endsWith('.vsix'))
      .sort()
      .at(-1);
    return {
      id: 'P11',
      title: 'Size of what ships; the integration tests print how long activation takes in a real VS Code',
      contenders: [],
      comparisons: [
        await weigh('dist/extension.js', 'dist/extension.js', 60),
        await weigh('the .vsix', vsix ?? 'none.vsix', 600),
      ],
      notes: vsix === undefined ? ['The .vsix was not measured: `npm run package` makes it.'] : [],
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
