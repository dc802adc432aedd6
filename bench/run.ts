// `npm run bench [-- quick] [-- P1 P3 …] [-- --folder DIR]`: measures the rows of BENCH.md and writes bench/RESULTS.md.
// A run of some rows only prints them; a quick run writes bench/RESULTS-quick.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodySha256 } from '../test/support/body';
import { TempFolder } from '../test/support/tempFolder';
import { describeMachine } from './machine';
import { cliPath, projectFolder } from './peers';
import { formatComparison, formatReport, formatRow } from './report';
import { makeCappedRow, makeCrawlRow } from './rows/capped';
import { makeCrashRow } from './rows/crash';
import { eventLoopRow } from './rows/eventLoop';
import { smallFilesRow, unchangedFilesRow } from './rows/manyFiles';
import { makeMemoryRow } from './rows/memory';
import { MEBIBYTE, type BenchContext, type Row, type RowResult, type ServedFile } from './rows/row';
import { sizesRow } from './rows/sizes';
import { tlsRow } from './rows/tls';
import { segmentedRow, verifiedRow } from './rows/verified';
import { startServer, type BenchFile } from './server';
import { hashZeros } from './zeros';

interface Choices {
  readonly isQuick: boolean;
  /** Ids asked for; empty: all. */
  readonly wanted: readonly string[];
  readonly parentFolder: string;
}

const FULL_ROUNDS = 5;
const QUICK_ROUNDS = 1;

async function main(): Promise<void> {
  const choices = readChoices(process.argv.slice(2));
  installPeers();
  if (!existsSync(cliPath)) throw new Error('dist/cli.js is missing: run `npm run build` first');
  const folder = await TempFolder.make('bench', choices.parentFolder);
  const server = await startServer(folder.path);
  const tlsServer = await startServer(folder.path, true);
  try {
    const { files, rows } = planRows(choices);
    await server.add(files);
    await tlsServer.add(files.slice(0, 1));
    const context: BenchContext = {
      isQuick: choices.isQuick,
      rounds: choices.isQuick ? QUICK_ROUNDS : FULL_ROUNDS,
      folder: folder.path,
      server,
      tlsServer,
      bigFile: describeFile(files[0]),
    };
    const machine = describeMachine(folder.path, server.description);
    const results = await runRows(rows, context);
    writeReport(choices, formatReport({ isQuick: choices.isQuick, machine }, results, readRemarks()));
  } finally {
    await Promise.all([server.stop(), tlsServer.stop()]);
    await folder.dispose();
  }
}

function readChoices(args: readonly string[]): Choices {
  const folderAt = args.indexOf('--folder');
  return {
    isQuick: args.includes('quick'),
    wanted: args.filter((argument) => /^P\d+$/.test(argument)),
    parentFolder: folderAt < 0 ? tmpdir() : (args[folderAt + 1] ?? tmpdir()),
  };
}

/** Peers from npm live in bench/ alone; without a registry they are reported as missing. */
function installPeers(): void {
  const folder = join(projectFolder, 'bench');
  if (existsSync(join(folder, 'node_modules'))) return;
  spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
}

function planRows({ isQuick, wanted }: Choices): { files: readonly BenchFile[]; rows: readonly Row[] } {
  const mebibytes = isQuick ? { big: 128, huge: 512, capped: 32 } : { big: 1024, huge: 8192, capped: 100 };
  const big = { name: 'big.bin', sizeBytes: mebibytes.big * MEBIBYTE, seed: 1 };
  const capped = { name: 'capped.bin', sizeBytes: mebibytes.capped * MEBIBYTE, seed: 2 };
  const crawled = { name: 'crawled.bin', sizeBytes: 2 * mebibytes.capped * MEBIBYTE, seed: 3 };
  const huge = { name: 'huge.bin', sizeBytes: mebibytes.huge * MEBIBYTE, seed: null };
  const isWanted = ({ id }: Row): boolean => wanted.length === 0 || id.split(' ').some((one) => wanted.includes(one));
  const rows = [
    verifiedRow,
    makeCappedRow(describeFile(capped)),
    makeMemoryRow(describeFile(huge)),
    eventLoopRow,
    smallFilesRow,
    unchangedFilesRow,
    makeCrashRow(describeFile(big)),
    makeCrawlRow(describeFile(crawled)),
    tlsRow,
    sizesRow,
    segmentedRow,
  ];
  return { files: [big, capped, crawled, huge], rows: rows.filter(isWanted) };
}

function describeFile(file: BenchFile | undefined): ServedFile {
  if (file === undefined) throw new Error('no file to serve');
  const { name, sizeBytes, seed } = file;
  let sha256: string | null = null;
  return {
    name,
    sizeBytes,
    get sha256() {
      return (sha256 ??= seed === null ? hashZeros(sizeBytes) : bodySha256(seed, sizeBytes));
    },
  };
}

async function runRows(rows: readonly Row[], context: BenchContext): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows) {
    const result = await row.run(context).catch((error: unknown) => failedRow(row, error));
    results.push(result);
    console.log(formatRow(result).join('\n'));
    for (const comparison of result.comparisons) console.log(formatComparison(result.id, comparison));
    console.log('');
  }
  return results;
}

/** One row that can't be run must not cost the others; it is named in the report and in the exit code. */
function failedRow({ id }: Row, error: unknown): RowResult {
  process.exitCode = 1;
  const [reason = ''] = String(error).split('\n');
  console.error(error);
  return { id, title: 'failed', contenders: [], comparisons: [], notes: [`Not measured: ${reason}`] };
}

function readRemarks(): string {
  const path = join(projectFolder, 'bench', 'REMARKS.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function writeReport({ isQuick, wanted }: Choices, report: string): void {
  if (wanted.length > 0) return;
  const path = join(projectFolder, 'bench', isQuick ? 'RESULTS-quick.md' : 'RESULTS.md');
  writeFileSync(path, report);
  console.log(`written: ${path}`);
}

void main();
