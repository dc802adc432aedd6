// P1, P2, P12: one big file over loopback, verified, against tools that verify and tools that don't.
import { join } from 'node:path';
import { ariaCommand, curlCommand, findPeer, getCommand, ipullCommand, wgetCommand } from '../peers';
import { runSideBySide, type Contender } from '../sideBySide';
import { compare, fileContender, type BenchContext, type Row, type RowResult } from './row';

export const verifiedRow: Row = {
  id: 'P1 P2',
  async run(context) {
    const results = await runSideBySide(listContenders(context), context.rounds);
    return {
      id: 'P1 P2',
      title: `${sizeText(context)} over loopback, whole process; P1 is wall time, P2 is CPU`,
      contenders: results,
      comparisons: [
        compare(results, 'wallSeconds', ['asset-fetch', 'curl, no hash'], 1),
        compare(results, 'wallSeconds', ['asset-fetch', 'curl, then sha256sum'], 0.55),
        compare(results, 'wallSeconds', ['asset-fetch', 'aria2c --checksum'], 0.4),
        compare(results, 'cpuSeconds', ['asset-fetch', 'curl, then sha256sum'], 1),
      ],
      notes: [
        'asset-fetch hashes, flushes the file and its folder to disk, then renames; the peers flush nothing.',
        `Lowest possible: hashing alone takes what \`openssl speed sha256\` says of this core, and it can overlap the transfer on a second core only.`,
      ],
    };
  },
};

export const segmentedRow: Row = {
  id: 'P12',
  async run(context): Promise<RowResult> {
    const integrity = ['--integrity', `sha256:${context.bigFile.sha256}`];
    const contenders = [
      ours(context, 'asset-fetch --connections 8, verified', ['--connections', '8', ...integrity]),
      ours(context, 'asset-fetch --connections 8, no hash given', ['--connections', '8']),
    ];
    const results = await runSideBySide(contenders, context.rounds);
    return {
      id: 'P12',
      title: `${sizeText(context)} over loopback with up to 8 connections, unthrottled`,
      contenders: results,
      comparisons: [
        compare(
          results,
          'wallSeconds',
          ['asset-fetch --connections 8, verified', 'asset-fetch --connections 8, no hash given'],
          1.1,
        ),
      ],
      notes: ['SHA-256 is computed in both cases: it is reported even where nothing is given to compare it with.'],
    };
  },
};

function listContenders(context: BenchContext): Contender[] {
  const { bigFile, server, folder } = context;
  const url = server.url(bigFile.name, 'full');
  const outputPath = join(folder, 'out.bin');
  const result = { outputPath, sha256: bigFile.sha256 };
  const { sha256 } = bigFile;
  const [curl, aria, wget, ipull] = [findPeer('curl'), findPeer('aria2c'), findPeer('wget2'), findPeer('ipull')];
  const hashed = `${(curl === null ? [] : curlCommand(curl, url, outputPath)).join(' ')} && echo '${sha256}  ${outputPath}' | sha256sum --check --status`;
  return [
    ours(context, 'asset-fetch', ['--integrity', `sha256:${sha256}`]),
    ...(curl === null
      ? []
      : [
          fileContender('curl, no hash', curlCommand(curl, url, outputPath), result),
          fileContender('curl, then sha256sum', ['sh', '-c', hashed.replace('--noproxy *', "--noproxy '*'")], result),
        ]),
    ...(aria === null
      ? []
      : [
          fileContender(
            'aria2c --checksum',
            ariaCommand(aria, url, outputPath, `--checksum=sha-256=${sha256}`),
            result,
          ),
          fileContender('aria2c, no hash', ariaCommand(aria, url, outputPath), result),
        ]),
    ...(wget === null ? [] : [fileContender('wget2, no hash', wgetCommand(wget, url, outputPath), result)]),
    ...(ipull === null ? [] : [fileContender('ipull -c 3, no hash', ipullCommand(ipull, url, outputPath, 3), result)]),
  ];
}

function ours({ bigFile, server, folder }: BenchContext, name: string, options: readonly string[]): Contender {
  const [outputPath, stateDir] = [join(folder, 'out.bin'), join(folder, 'state')];
  const command = getCommand(server.url(bigFile.name, 'full'), outputPath, stateDir, ...options);
  return fileContender(name, command, { outputPath, sha256: bigFile.sha256, leftovers: [stateDir] });
}

function sizeText({ bigFile }: BenchContext): string {
  return `${Math.round(bigFile.sizeBytes / 2 ** 20)} MiB`;
}
