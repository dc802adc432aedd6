// P5 (and P4 in VS Code): how far a transfer in the worker thread delays the thread that starts it, and what memory it adds.
import { mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { measureCommand, type Sample } from '../measure';
import { projectFolder } from '../peers';
import { median } from '../sideBySide';
import { checkFile, type BenchContext, type Row, type RowResult } from './row';

/** What bench/hostStandIn.mjs prints. Delays in milliseconds. */
interface StandInReport {
  readonly idle: { readonly p99Ms: number; readonly maxMs: number; readonly rssBytes: number };
  readonly busy: {
    readonly p99Ms: number;
    readonly maxMs: number;
    readonly rssBytes: number;
    readonly seconds: number;
  };
}

const WORKER_PATH = join(projectFolder, 'dist', 'worker.js');

export const eventLoopRow: Row = {
  id: 'P5',
  async run(context): Promise<RowResult> {
    const title =
      'Event loop of the host thread while the worker thread fetches and verifies; idle and busy in the same run';
    if (!existsSync(WORKER_PATH)) {
      return { id: 'P5', title, contenders: [], comparisons: [], notes: ['Not measured: dist/worker.js is missing.'] };
    }
    const reports: StandInReport[] = [];
    const samples: Sample[] = [];
    for (let round = 0; round < context.rounds; round++) {
      const { stdout, sample } = await runStandIn(context);
      reports.push(JSON.parse(stdout) as StandInReport);
      samples.push(sample);
    }
    const middle = (read: (report: StandInReport) => number): number => median(reports.map(read));
    return {
      id: 'P5',
      title,
      contenders: [{ name: 'stand-in host with dist/worker.js', samples }],
      comparisons: [
        { text: 'p99 above idle', found: middle(({ idle, busy }) => busy.p99Ms - idle.p99Ms), target: 3, unit: 'ms' },
        { text: 'max above idle', found: middle(({ idle, busy }) => busy.maxMs - idle.maxMs), target: 15, unit: 'ms' },
        {
          text: 'memory above idle (a target of P4)',
          found: middle(({ idle, busy }) => (busy.rssBytes - idle.rssBytes) / 1e6),
          target: 60,
          unit: 'MB',
        },
      ],
      notes: [
        'The stand-in is a plain Node process that loads dist/worker.js in a worker thread, as the extension host does.',
        `Medians: idle p99 ${middle(({ idle }) => idle.p99Ms).toFixed(2)} ms, max ${middle(({ idle }) => idle.maxMs).toFixed(2)} ms; busy p99 ${middle(({ busy }) => busy.p99Ms).toFixed(2)} ms, max ${middle(({ busy }) => busy.maxMs).toFixed(2)} ms; transfer ${middle(({ busy }) => busy.seconds).toFixed(2)} s.`,
      ],
    };
  },
};

async function runStandIn({
  bigFile,
  server,
  folder,
  isQuick,
}: BenchContext): Promise<{ stdout: string; sample: Sample }> {
  const root = join(folder, 'host');
  await mkdir(root, { recursive: true });
  const job = {
    workerPath: WORKER_PATH,
    url: server.url(bigFile.name, 'full'),
    root,
    stateDir: join(folder, 'state'),
    sha256: bigFile.sha256,
    idleMs: isQuick ? 1000 : 4000,
  };
  const script = join(projectFolder, 'bench', 'hostStandIn.mjs');
  const result = await measureCommand([process.execPath, script, JSON.stringify(job)]);
  await checkFile(join(root, 'out.bin'), bigFile.sha256, 'dist/worker.js');
  for (const path of [root, job.stateDir]) await rm(path, { recursive: true, force: true });
  return result;
}
