// P4: peak memory of the command line on a file and on one eight times its size.
import { join } from 'node:path';
import { getCommand } from '../peers';
import { medianOf, runSideBySide, type Contender } from '../sideBySide';
import { fileContender, type BenchContext, type Row, type ServedFile } from './row';

const MEGABYTE = 1e6;

export function makeMemoryRow(hugeFile: ServedFile): Row {
  return {
    id: 'P4',
    async run(context) {
      const files = [context.bigFile, hugeFile];
      const contenders = files.map((file) => contender(context, file));
      const results = await runSideBySide(contenders, context.isQuick ? 1 : 3);
      const [small, large] = results.map((result) => medianOf(result, 'peakBytes'));
      const isKnown = typeof small === 'number' && typeof large === 'number';
      return {
        id: 'P4',
        title: 'Peak memory of the command line; in VS Code see P5',
        contenders: results,
        comparisons: [
          { text: 'the larger file / the smaller one', found: isKnown ? large / small : null, target: 1.1, unit: '×' },
          { text: 'peak on the larger file', found: isKnown ? large / MEGABYTE : null, target: 110, unit: 'MB' },
        ],
        notes: ['The larger file is sparse on the server: all zeros, verified like any other.'],
      };
    },
  };
}

function contender({ server, folder }: BenchContext, file: ServedFile): Contender {
  const [outputPath, stateDir] = [join(folder, 'out.bin'), join(folder, 'state')];
  const integrity = ['--integrity', `sha256:${file.sha256}`];
  const command = getCommand(server.url(file.name, 'full'), outputPath, stateDir, ...integrity);
  const name = `asset-fetch, ${Math.round(file.sizeBytes / 2 ** 20)} MiB`;
  return fileContender(name, command, { outputPath, sha256: file.sha256, leftovers: [stateDir] });
}
