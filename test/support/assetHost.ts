// A host that looks public, on loopback: an HTTP proxy that answers for assets.example.com itself. Lists may fetch from it without
// consent to a private network, once VS Code's `http.proxy` names it.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyBytes, bodySha256 } from './body';

/** The host that manifests name. */
export const assetHostName = 'assets.example.com';

export interface HostedFile {
  /** Path of the URL, with its leading slash. */
  readonly path: string;
  readonly seed: number;
  readonly sizeBytes: number;
  /** Most bytes a second; none: as fast as it goes. */
  readonly bytesPerSecond?: number;
}

/** A running host. `dispose` it. */
export class AssetHost {
  /** Paths of the requests, oldest first. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly files: readonly HostedFile[],
  ) {}

  static async start(files: readonly HostedFile[]): Promise<AssetHost> {
    const server = createServer({ noDelay: true });
    const host = new AssetHost(server, files);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      host.answer(request, response).catch(() => response.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return host;
  }

  /** Value for `http.proxy`. */
  get proxyUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async dispose(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer({ url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hostname, pathname } = new URL(url, 'http://none.invalid');
    this.requests.push(pathname);
    const file = hostname === assetHostName ? this.files.find(({ path }) => path === pathname) : undefined;
    if (file === undefined) return void response.writeHead(404).end();
    const range = /^bytes=(\d+)-/.exec(headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    response.setHeader('ETag', `"${file.seed}"`);
    response.setHeader('Content-Length', file.sizeBytes - start);
    if (range) response.setHeader('Content-Range', `bytes ${start}-${file.sizeBytes - 1}/${file.sizeBytes}`);
    response.writeHead(range ? 206 : 200);
    await send(file, start, response);
  }
}

/** An entry of a manifest for a file of the host. */
export function entryFor({ path, seed, sizeBytes }: HostedFile, place: string): object {
  const integrity = `sha256:${bodySha256(seed, sizeBytes)}`;
  return { path: place, url: urlOf(path), integrity, size: sizeBytes };
}

export function urlOf(path: string): string {
  return `http://${assetHostName}${path}`;
}

async function send(
  { seed, sizeBytes, bytesPerSecond }: HostedFile,
  start: number,
  response: ServerResponse,
): Promise<void> {
  const chunkBytes = bytesPerSecond === undefined ? 2 ** 20 : Math.ceil(bytesPerSecond / 10);
  for (let at = start; at < sizeBytes && !response.destroyed; at += chunkBytes) {
    if (bytesPerSecond !== undefined) await sleep(100);
    response.write(bodyBytes(seed, at, Math.min(at + chunkBytes, sizeBytes)));
  }
  response.end();
}
