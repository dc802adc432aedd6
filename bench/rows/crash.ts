// P8: kill -9 at half of the file, then the same command again; counted are the bytes on the wire over both runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ariaCommand, curlCommand, findPeer, getCommand } from '../peers';
import { median, runSideBySide, type Contender } from '../sideBySide';
import { fileContender, type BenchContext, type Comparison, type Row, type ServedFile } from './row';

const BLOCK_BYTES = 512;

export function makeCrashRow(file: ServedFile): Row {
  return {
    id: 'P8',
    async run(context) {
      const wireBytes = new Map<string, number[]>();
      const contenders = listContenders(context, file).map((contender) =>
        crashing(context, file, contender, wireBytes),
      );
      const results = await runSideBySide(contenders, context.isQuick ? 1 : 3);
      const shares = [...wireBytes].map(([name, bytes]) => ({ name, share: median(bytes) / file.sizeBytes }));
      const ours = shares.find(({ name }) => name === 'asset-fetch')?.share ?? null;
      const comparison: Comparison = {
        text: 'bytes on the wire, both runs / size',
        found: ours,
        target: 1.01,
        unit: '×',
      };
      return {
        id: 'P8',
        title: `${Math.round(file.sizeBytes / 2 ** 20)} MiB at 16 MiB/s per connection, killed at half; the times are those of the second run`,
        contenders: results,
        comparisons: [comparison],
        notes: shares.map(({ name, share }) => `${name}: ${share.toFixed(4)} × the size on the wire over both runs.`),
      };
    },
  };
}

function listContenders({ server, folder }: BenchContext, file: ServedFile): Contender[] {
  const url = server.url(file.name, '16m');
  const [outputPath, stateDir] = [join(folder, 'crash', 'out.bin'), join(folder, 'crash', 'state')];
  const result = { outputPath, sha256: file.sha256, leftovers: [stateDir, join(folder, 'crash')] };
  const [curl, aria] = [findPeer('curl'), findPeer('aria2c')];
  const integrity = ['--integrity', `sha256:${file.sha256}`];
  const resuming = ['--continue-at', '-', '--create-dirs'];
  return [
    fileContender('asset-fetch', getCommand(url, outputPath, stateDir, ...integrity), result),
    ...(curl === null
      ? []
      : [
          {
            ...fileContender('curl -C -, no hash', curlCommand(curl, url, outputPath, ...resuming), result),
            maxRuns: 1,
          },
        ]),
    ...(aria === null
      ? []
      : [
          fileContender(
            'aria2c -c -x8 -s8, no hash',
            ariaCommand(aria, url, outputPath, '-c', '-x8', '-s8', '-k1M'),
            result,
          ),
        ]),
  ];
}

function crashing(
  { server, folder }: BenchContext,
  file: ServedFile,
  contender: Contender,
  wireBytes: Map<string, number[]>,
): Contender {
  let sentBefore = 0;
  return {
    ...contender,
    prepare: async () => {
      const command = await contender.prepare();
      sentBefore = await readSettledBytes(server);
      await runToHalf(command, join(folder, 'crash'), file.sizeBytes / 2);
      return command;
    },
    check: async (stdout) => {
      await contender.check(stdout);
      const sentBytes = (await readSettledBytes(server)) - sentBefore;
      wireBytes.set(contender.name, [...(wireBytes.get(contender.name) ?? []), sentBytes]);
    },
  };
}

async function runToHalf(command: readonly string[], folder: string, halfBytes: number): Promise<void> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  while ((await countBytesOnDisk(folder)) < halfBytes) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended before it could be killed`);
    await sleep(2);
  }
  child.kill('SIGKILL');
  await exited;
}

/** Blocks taken by all files below: part files may be sparse, so their length says nothing. */
async function countBytesOnDisk(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const blocks = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (entry) => (entry.isFile() ? entry.blocks : 0),
        () => 0,
      ),
    ),
  );
  return blocks.reduce((sum, count) => sum + count * BLOCK_BYTES, 0);
}

/** The server writes its log when it notices that a client is gone: read until the figure rests. */
async function readSettledBytes(server: BenchContext['server']): Promise<number> {
  let last = -1;
  for (let now = await server.readBytesSent(); now !== last; now = await server.readBytesSent()) {
    last = now;
    await sleep(300);
  }
  return last;
}
