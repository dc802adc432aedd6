// What serves the benchmark's files: nginx with one worker where it is installed, else a Node server in a child process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bodyBytes } from '../test/support/body';
import { Nginx } from '../test/support/nginx';
import { isInstalled } from '../test/support/realServer';
import { projectFolder } from './peers';

const MEBIBYTE = 1 << 20;

/** `seed` null: all zeros, held as a sparse file. */
export interface BenchFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly seed: number | null;
}

/** Rate of one connection. `crawl` is `10m` but for one connection in ten, chosen by the URL's `crawl` digit, at 1 %. */
export type Rate = 'full' | '10m' | '16m' | 'crawl';
export const rates: readonly Rate[] = ['full', '10m', '16m', 'crawl'];

export interface BenchServer {
  readonly description: string;
  add(files: readonly BenchFile[]): Promise<void>;
  url(name: string, rate: Rate): string;
  /** Body bytes sent so far, over all finished requests. */
  readBytesSent(): Promise<number>;
  /** Number of the latest connection; the next ones count on from it. */
  readConnectionNumber(): Promise<number>;
  stop(): Promise<void>;
}

/** @param tls whether to serve https with the test certificate. */
export async function startServer(parentFolder: string, tls = false): Promise<BenchServer> {
  return isInstalled('nginx') ? startNginx(parentFolder, tls) : startNodeServer(tls);
}

async function startNginx(parentFolder: string, tls: boolean): Promise<BenchServer> {
  const nginx = await Nginx.start({
    parentFolder,
    ...(tls ? { certificate: 'loopback' as const } : {}),
    // The last digit of the connection's number is compared with the one that the URL names.
    httpDirectives: 'map "$connection:$arg_crawl" $crawlRate { "~(\\d):\\1$" 102400; default 10485760; }',
    locations: {
      '/10m': 'limit_rate 10m;',
      '/16m': 'limit_rate 16m;',
      '/crawl': 'limit_rate $crawlRate;',
      '/connection': 'return 200 $connection;',
    },
  });
  return {
    description: 'nginx, one worker, on loopback',
    add: async (files) => {
      for (const file of files) await writeBenchFile(join(nginx.documentRoot, file.name), file);
    },
    url: (name, rate) => nginx.url(rate === 'full' ? `/${name}` : `/${rate}/${name}`),
    readBytesSent: async () => (await nginx.readRequests()).reduce((sum, { bodyBytesSent }) => sum + bodyBytesSent, 0),
    readConnectionNumber: async () => Number(await (await fetch(nginx.url('/connection/'))).text()),
    stop: () => nginx.stop(),
  };
}

async function writeBenchFile(path: string, { sizeBytes, seed }: BenchFile): Promise<void> {
  if (seed === null) {
    await writeFile(path, '');
    return truncate(path, sizeBytes);
  }
  const handle = await open(path, 'w');
  for (let at = 0; at < sizeBytes; at += MEBIBYTE) {
    await handle.write(bodyBytes(seed, at, Math.min(sizeBytes, at + MEBIBYTE)));
  }
  await handle.close();
}

async function startNodeServer(tls: boolean): Promise<BenchServer> {
  const script = join(projectFolder, 'bench', 'nodeServer.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, tls ? 'tls' : 'plain'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: unknown): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const line: IteratorResult<string, unknown> = await lines.next();
    if (line.done === true) throw new Error('the Node server ended');
    return JSON.parse(line.value);
  };
  const origin = (await ask({ ask: 'origin' })) as string;
  return {
    description:
      'a Node server in a child process, on loopback (nginx is missing; it competes with the clients for the cores)',
    add: async (files) => {
      await ask({ ask: 'add', files });
    },
    url: (name, rate) => `${origin}/${rate}/${name}`,
    readBytesSent: async () => (await ask({ ask: 'bytes' })) as number,
    readConnectionNumber: async () => (await ask({ ask: 'connection' })) as number,
    stop: async () => {
      child.stdin.end();
      await once(child, 'close');
    },
  };
}
