// P6: many small files by `sync`. P7: `sync` again, with nothing to do.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawInteger, makeRandom } from '../../test/support/random';
import { bodySha256 } from '../../test/support/body';
import { cliPath, findPeer } from '../peers';
import { measureCommand } from '../measure';
import { medianOf, runSideBySide, type Contender } from '../sideBySide';
import type { BenchFile, BenchServer } from '../server';
import { checkFile, compare, type BenchContext, type Row } from './row';

const LARGEST_FILE_BYTES = 128 * 1024;
const LARGEST_UNCHANGED_FILE_BYTES = 64;

export const smallFilesRow: Row = {
  id: 'P6',
  async run(context) {
    const files = drawFiles('small', context.isQuick ? 200 : 1000, LARGEST_FILE_BYTES);
    await context.server.add(files);
    const results = await runSideBySide(listContenders(context, files), context.rounds);
    return {
      id: 'P6',
      title: `${files.length} files of 0 to 128 KiB; asset-fetch verifies, the others do not`,
      contenders: results,
      comparisons: [
        compare(results, 'wallSeconds', ['asset-fetch sync', 'aria2c -j16 -i'], 0.5),
        compare(results, 'wallSeconds', ['asset-fetch sync', 'curl --parallel'], 3),
      ],
      notes: [],
    };
  },
};

export const unchangedFilesRow: Row = {
  id: 'P7',
  async run(context) {
    const files = drawFiles('tiny', context.isQuick ? 2000 : 10_000, LARGEST_UNCHANGED_FILE_BYTES);
    await context.server.add(files);
    const contender = syncContender(context, 'asset-fetch sync, nothing to do', files);
    await measureCommand(await contender.prepare());
    const sentBytes = await context.server.readBytesSent();
    const again: Contender = {
      ...contender,
      prepare: () => Promise.resolve(syncCommand(context.folder)),
      check: async () => {
        if ((await context.server.readBytesSent()) !== sentBytes) throw new Error('sync fetched unchanged files again');
      },
      cleanUp: () => Promise.resolve(),
    };
    const results = await runSideBySide([again], context.rounds);
    await contender.check('');
    await contender.cleanUp();
    const [ours] = results;
    const found = ours === undefined ? null : medianOf(ours, 'wallSeconds');
    return {
      id: 'P7',
      title: `sync of ${files.length} entries that are all present and unchanged`,
      contenders: results,
      comparisons: [{ text: 'wall', found, target: 0.5, unit: 's' }],
      notes: [
        'After each run the server must not have sent a byte; that no file is read again is a matter of the unit tests.',
      ],
    };
  },
};

function drawFiles(folderName: string, count: number, largestBytes: number): BenchFile[] {
  const random = makeRandom(count);
  return Array.from({ length: count }, (_, index) => ({
    name: `${folderName}-${index}.bin`,
    sizeBytes: drawInteger(random, 0, largestBytes),
    seed: index + 1,
  }));
}

function listContenders(context: BenchContext, files: readonly BenchFile[]): Contender[] {
  const { server, folder } = context;
  const [curl, aria, wget] = [findPeer('curl'), findPeer('aria2c'), findPeer('wget2')];
  const list = join(folder, 'urls');
  const outputs = join(folder, 'many');
  const urls = files.map((file) => server.url(file.name, 'full'));
  const curlList = files.map((file, i) => `url = "${urls[i] ?? ''}"\noutput = "${join(outputs, file.name)}"`);
  const quietAria = ['--quiet', '--no-conf', '--file-allocation=none', '-j16'];
  return [
    syncContender(context, 'asset-fetch sync', files),
    ...(curl === null
      ? []
      : [
          listContender('curl --parallel', files, folder, curlList.join('\n'), [
            ...curl,
            ...['--silent', '--fail', '--noproxy', '*', '--parallel', '--parallel-max', '16', '--config', list],
          ]),
        ]),
    ...(aria === null
      ? []
      : [
          listContender('aria2c -j16 -i', files, folder, urls.join('\n'), [
            ...aria,
            ...quietAria,
            '-d',
            outputs,
            '-i',
            list,
          ]),
        ]),
    ...(wget === null
      ? []
      : [
          listContender('wget2 -i', files, folder, urls.join('\n'), [
            ...wget,
            ...['--quiet', '--no-config', '--no-proxy', '--max-threads=16', '-P', outputs, '-i', list],
          ]),
        ]),
  ];
}

function listContender(
  name: string,
  files: readonly BenchFile[],
  folder: string,
  list: string,
  command: readonly string[],
): Contender {
  const outputs = join(folder, 'many');
  const cleanUp = (): Promise<void> => rm(outputs, { recursive: true, force: true });
  return {
    name,
    prepare: async () => {
      await cleanUp();
      await mkdir(outputs);
      await writeFile(join(folder, 'urls'), `${list}\n`);
      return command;
    },
    check: () => checkFiles(outputs, files, name),
    cleanUp,
  };
}

function syncContender({ folder, server }: BenchContext, name: string, files: readonly BenchFile[]): Contender {
  const workspace = join(folder, 'workspace');
  const manifest = JSON.stringify({ version: 1, assets: files.map((file) => describeAsset(file, server)) }, null, 1);
  const cleanUp = async (): Promise<void> => {
    await rm(workspace, { recursive: true, force: true });
    await rm(join(folder, 'state'), { recursive: true, force: true });
  };
  return {
    name,
    prepare: async () => {
      await cleanUp();
      await mkdir(workspace);
      await writeFile(join(workspace, 'asset-fetch.json'), manifest);
      return syncCommand(folder);
    },
    check: () => checkFiles(join(workspace, 'files'), files, name),
    cleanUp,
  };
}

function syncCommand(folder: string): readonly string[] {
  const manifest = ['--manifest', join(folder, 'workspace', 'asset-fetch.json')];
  return [
    process.execPath,
    cliPath,
    'sync',
    '--frozen',
    '--allow-host',
    '127.0.0.1',
    ...manifest,
    '--state-dir',
    join(folder, 'state'),
    '--json',
  ];
}

function describeAsset({ name, sizeBytes, seed }: BenchFile, server: BenchServer): object {
  const integrity = `sha256:${bodySha256(seed ?? 0, sizeBytes)}`;
  return { path: `files/${name}`, url: server.url(name, 'full'), integrity, size: sizeBytes };
}

async function checkFiles(folder: string, files: readonly BenchFile[], by: string): Promise<void> {
  for (const { name, sizeBytes, seed } of files)
    await checkFile(join(folder, name), bodySha256(seed ?? 0, sizeBytes), by);
}
