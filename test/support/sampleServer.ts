// A well-behaved file server on loopback with sample assets, for the demo, `npm start` and the UI tests.
// Servers that misbehave are faultServer.ts's.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyBytes, bodySha256 } from './body';

/** One file that the server has. Its bytes are those of body.ts for its seed. */
export interface SampleAsset {
  /** Path of the URL, with its leading slash. */
  readonly path: string;
  readonly seed: number;
  readonly sizeBytes: number;
  /** Value of Content-Disposition, where the URL's name is not the file's. */
  readonly disposition?: string;
  /** Most bytes a second for this file, over all its connections; none: as fast as it goes. */
  readonly bytesPerSecond?: number;
}

const MiB = 2 ** 20;

/** What the server has, besides `/missing`, `/broken` and `/SHA256SUMS`. */
export const sampleAssets = {
  model: { path: '/models/tiny-model.onnx', seed: 11, sizeBytes: 12 * MiB },
  font: { path: '/fonts/atlas-regular.ttf', seed: 12, sizeBytes: 300_001 },
  empty: { path: '/fixtures/empty.dat', seed: 13, sizeBytes: 0 },
  report: {
    path: '/export?id=2026',
    seed: 14,
    sizeBytes: 48_000,
    disposition: `attachment; filename="report.csv"; filename*=UTF-8''r%C3%A9sum%C3%A9%202026.csv`,
  },
  /** Slow enough to be watched: eight seconds. */
  map: { path: '/maps/city-map.tiles', seed: 15, sizeBytes: 24 * MiB, bytesPerSecond: 3 * MiB },
} as const satisfies Record<string, SampleAsset>;

/** Served to tests alone: large enough that hashing it on a thread would be felt there. */
export const largeAsset = {
  path: '/large/volume.bin',
  seed: 23,
  sizeBytes: 256 * MiB,
} as const satisfies SampleAsset;

/** Half open: `end` is left out. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

type OnSent = (bytes: number) => void;

export type SampleName = keyof typeof sampleAssets;

/** A running server. `dispose` it. */
export class SampleServer {
  /** Every request, oldest first. `sentBytes` counts the body and grows while it is sent. */
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly range: string | null;
    sentBytes: number;
  }[] = [];
  private readonly meters = new Map<string, Meter>();

  private constructor(
    private readonly server: Server,
    private readonly assets: readonly SampleAsset[],
  ) {}

  /** @param extra more files, e.g. slower ones for a test that interrupts. */
  static async start(extra: readonly SampleAsset[] = []): Promise<SampleServer> {
    const server = createServer({ noDelay: true });
    const samples = new SampleServer(server, [...Object.values(sampleAssets), ...extra]);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => samples.answer(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return samples;
  }

  /** `http://127.0.0.1:PORT`. */
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  urlOf(name: SampleName): string {
    return this.origin + sampleAssets[name].path;
  }

  async dispose(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    const record = { method: request.method ?? '', path, range: request.headers.range ?? null, sentBytes: 0 };
    this.requests.push(record);
    if (path === '/broken') return answerPage(response, 500, 'The sample server pretends to be broken.');
    if (path === '/SHA256SUMS') return void response.end(this.checksums());
    const asset = this.assets.find((candidate) => candidate.path === path);
    if (asset === undefined) return answerPage(response, 404, 'The sample server has no such file.');
    this.serve(asset, request, response, (bytes) => (record.sentBytes += bytes)).catch(() => response.destroy());
  }

  private async serve(
    asset: SampleAsset,
    request: IncomingMessage,
    response: ServerResponse,
    onSent: OnSent,
  ): Promise<void> {
    const etag = `"${asset.seed}-${asset.sizeBytes}"`;
    const isCurrent = [undefined, etag].includes(request.headers['if-range'] as string | undefined);
    const range = isCurrent ? readRange(request.headers.range, asset.sizeBytes) : null;
    response.setHeader('ETag', etag);
    response.setHeader('Accept-Ranges', 'bytes');
    response.setHeader('Content-Type', 'application/octet-stream');
    if (asset.disposition !== undefined) response.setHeader('Content-Disposition', asset.disposition);
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'Content-Range': `bytes */${asset.sizeBytes}` }).end();
      return;
    }
    const { start, end } = range ?? { start: 0, end: asset.sizeBytes };
    response.setHeader('Content-Length', end - start);
    if (range !== null) response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${asset.sizeBytes}`);
    response.writeHead(range === null ? 200 : 206);
    if (request.method === 'HEAD') response.end();
    else await this.send(asset, { start, end }, response, onSent);
  }

  private async send(
    asset: SampleAsset,
    { start, end }: ByteRange,
    response: ServerResponse,
    onSent: OnSent,
  ): Promise<void> {
    const meter = this.meterOf(asset);
    const chunkBytes = meter === null ? MiB : 32 * 1024;
    for (let at = start; at < end && !response.destroyed; at += chunkBytes) {
      const chunk = bodyBytes(asset.seed, at, Math.min(at + chunkBytes, end));
      await meter?.waitFor(chunk.length);
      onSent(chunk.length);
      if (!response.write(chunk)) await waitForDrain(response);
    }
    response.end();
  }

  private meterOf({ path, bytesPerSecond }: SampleAsset): Meter | null {
    if (bytesPerSecond === undefined) return null;
    const meter = this.meters.get(path) ?? new Meter(bytesPerSecond);
    this.meters.set(path, meter);
    return meter;
  }

  private checksums(): string {
    return this.assets.map((asset) => `${bodySha256(asset.seed, asset.sizeBytes)}  ${fileName(asset.path)}\n`).join('');
  }
}

/** Resolves when more can be written, or when nobody listens any more. */
async function waitForDrain(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const options = { signal: over.signal };
  const ends = ['drain', 'close'].map((event) => once(response, event, options));
  await Promise.race(ends).finally(() => over.abort());
  await Promise.allSettled(ends);
}

/** Shares a rate between the connections of one file. */
class Meter {
  private nextMs = 0;

  constructor(private readonly bytesPerSecond: number) {}

  async waitFor(bytes: number): Promise<void> {
    const nowMs = performance.now();
    const turnMs = Math.max(nowMs, this.nextMs);
    this.nextMs = turnMs + (bytes / this.bytesPerSecond) * 1000;
    await sleep(turnMs - nowMs);
  }
}

/** `bytes=START-END` as a half-open range; null where the whole file is meant. */
function readRange(
  header: string | undefined,
  sizeBytes: number,
): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (match === null) return null;
  const start = Number(match[1]);
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: match[2] === '' ? sizeBytes : Math.min(Number(match[2]) + 1, sizeBytes) };
}

function answerPage(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html' });
  response.end(`<!doctype html><title>${status}</title><h1>${text}</h1>\n`);
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
