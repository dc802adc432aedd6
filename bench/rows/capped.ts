// P3: a server that gives 10 MiB/s per connection. P9: the same, with one connection that crawls at 1 % of it.
import { join } from 'node:path';
import { ariaCommand, curlCommand, findPeer, getCommand, ipullCommand } from '../peers';
import { runSideBySide, type Contender } from '../sideBySide';
import type { Rate } from '../server';
import { compare, fileContender, type BenchContext, type Row, type ServedFile } from './row';

export function makeCappedRow(file: ServedFile): Row {
  return {
    id: 'P3',
    async run(context) {
      const job = makeJob(context, file, '10m');
      const results = await runSideBySide(listCapped(job), context.rounds);
      return {
        id: 'P3',
        title: `${sizeText(file)} at 10 MiB/s per connection; asset-fetch verifies, the others do not`,
        contenders: results,
        comparisons: [
          compare(results, 'wallSeconds', ['asset-fetch --connections 8', 'aria2c -x8 -s8'], 1),
          compare(results, 'wallSeconds', ['asset-fetch', 'aria2c -x16 -s16'], 1.25),
        ],
        notes: [],
      };
    },
  };
}

export function makeCrawlRow(file: ServedFile): Row {
  return {
    id: 'P9',
    async run(context) {
      const even = makeJob(context, file, '10m');
      const crawl = makeJob(context, file, 'crawl');
      const aria = findPeer('aria2c');
      const eight = ['-x8', '-s8', '-k1M'];
      const contenders = [
        ours(even, 'asset-fetch -8, none crawls', ['--connections', '8']),
        crawling(context, ours(crawl, 'asset-fetch -8, one crawls', ['--connections', '8'])),
        ...(aria === null
          ? []
          : [
              fileContender(
                'aria2c -x8 -s8, none crawls',
                ariaCommand(aria, even.url, even.outputPath, ...eight),
                even,
              ),
              crawling(
                context,
                fileContender(
                  'aria2c -x8 -s8, one crawls',
                  ariaCommand(aria, crawl.url, crawl.outputPath, ...eight),
                  crawl,
                ),
                1,
              ),
            ]),
      ];
      const results = await runSideBySide(contenders, context.rounds);
      return {
        id: 'P9',
        title: `${sizeText(file)} over 8 connections at 10 MiB/s, one of them at 1 % of that`,
        contenders: results,
        comparisons: [
          compare(results, 'wallSeconds', ['asset-fetch -8, one crawls', 'asset-fetch -8, none crawls'], 1.2),
        ],
        notes: ['The fourth connection of every run crawls, and the fourteenth, should there be so many.'],
      };
    },
  };
}

interface Job {
  readonly url: string;
  readonly outputPath: string;
  readonly stateDir: string;
  readonly sha256: string;
}

function makeJob({ server, folder }: BenchContext, file: ServedFile, rate: Rate): Job {
  return {
    url: server.url(file.name, rate),
    outputPath: join(folder, 'out.bin'),
    stateDir: join(folder, 'state'),
    sha256: file.sha256,
  };
}

function listCapped(job: Job): Contender[] {
  const { url, outputPath } = job;
  const [curl, aria, ipull] = [findPeer('curl'), findPeer('aria2c'), findPeer('ipull')];
  return [
    ours(job, 'asset-fetch', []),
    ours(job, 'asset-fetch --connections 8', ['--connections', '8']),
    ours(job, 'asset-fetch --connections 16', ['--connections', '16']),
    ...(aria === null
      ? []
      : [8, 16].map((count) => {
          const options = [`-x${count}`, `-s${count}`, '-k1M'];
          return fileContender(`aria2c -x${count} -s${count}`, ariaCommand(aria, url, outputPath, ...options), job);
        })),
    ...(ipull === null ? [] : [fileContender('ipull -c 8', ipullCommand(ipull, url, outputPath, 8), job)]),
    ...(curl === null ? [] : [{ ...fileContender('curl', curlCommand(curl, url, outputPath), job), maxRuns: 1 }]),
  ];
}

function ours(job: Job, name: string, options: readonly string[]): Contender {
  const integrity = ['--integrity', `sha256:${job.sha256}`];
  const command = getCommand(job.url, job.outputPath, job.stateDir, ...options, ...integrity);
  return fileContender(name, command, { ...job, leftovers: [job.stateDir] });
}

/** Has the fourth connection of the run crawl: connections are numbered, the URL names the last digit of the slow ones. */
function crawling({ server }: BenchContext, contender: Contender, maxRuns?: number): Contender {
  return {
    ...contender,
    ...(maxRuns === undefined ? {} : { maxRuns }),
    prepare: async () => {
      const command = await contender.prepare();
      const digit = ((await server.readConnectionNumber()) + 4) % 10;
      return command.map((argument) => (argument.startsWith('http') ? `${argument}?crawl=${digit}` : argument));
    },
  };
}

function sizeText({ sizeBytes }: ServedFile): string {
  return `${Math.round(sizeBytes / 2 ** 20)} MiB`;
}
