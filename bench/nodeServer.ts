// The stand-in for nginx: a fault server without faults but rate limits, told over stdin what to serve, answering over stdout.
import { createInterface } from 'node:readline';
import type { RequestRecord } from '../test/support/faults';
import { FaultServer } from '../test/support/faultServer';
import { rates, type BenchFile } from './server';

type Question =
  { readonly ask: 'origin' | 'bytes' | 'connection' } | { readonly ask: 'add'; readonly files: readonly BenchFile[] };

async function main(): Promise<void> {
  const server = await FaultServer.start(process.argv[2] === 'tls' ? { certificate: 'loopback' } : {});
  server.fault(null, ({ path }) => path.startsWith('/10m/'), { bytesPerSecond: 10 << 20 });
  server.fault(null, ({ path }) => path.startsWith('/16m/'), { bytesPerSecond: 16 << 20 });
  server.fault(null, ({ path }) => path.startsWith('/crawl/'), { bytesPerSecond: 10 << 20 });
  server.fault(null, isCrawling, { bytesPerSecond: 100 << 10 });
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(answer(server, JSON.parse(line) as Question)));
  }
  await server.close();
}

function answer(server: FaultServer, question: Question): unknown {
  switch (question.ask) {
    case 'origin':
      return server.origin;
    case 'bytes':
      return server.bodyBytesSent;
    case 'connection':
      return server.requests.at(-1)?.connectionId ?? -1;
    case 'add':
      for (const file of question.files) serve(server, file);
      return question.files.length;
  }
}

function serve(server: FaultServer, { name, sizeBytes, seed }: BenchFile): void {
  for (const rate of rates) server.serve(`/${rate}/${name}`, { sizeBytes, seed: seed ?? 0 });
}

function isCrawling({ path, url, connectionId }: RequestRecord): boolean {
  const [, digit] = /[?&]crawl=(\d)/.exec(url) ?? [];
  return path.startsWith('/crawl/') && digit !== undefined && connectionId % 10 === Number(digit);
}

void main();
