// A real nginx on a free loopback port, with its configuration and logs in a temp folder of its own.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { certificatePaths, type CertificateName } from './certificates';
import { findFreePort, findProgram, isRoot, ServerProcess } from './realServer';
import { TempFolder } from './tempFolder';

export interface NginxOptions {
  readonly certificate?: CertificateName;
  /** Prefix locations besides `/`: what each adds, as `limit_rate 10m;` (per connection) or `limit_conn perServer 2;`. */
  readonly locations?: Readonly<Record<string, string>>;
  /** Further directives of the http block. */
  readonly httpDirectives?: string;
  /** Where to make the temp folder; default: the system's. */
  readonly parentFolder?: string;
}

/** One line of the access log: written when a response is over, or its client gone. */
export interface NginxRequest {
  readonly path: string;
  readonly status: number;
  readonly bodyBytesSent: number;
  readonly range: string | null;
  readonly connection: number;
}

/** Serves `documentRoot` at `/` and under every extra location (the location's prefix is cut off). Call `stop()` at the end. */
export class Nginx {
  private constructor(
    private readonly folder: TempFolder,
    private readonly process: ServerProcess,
    readonly port: number,
    private readonly scheme: 'http' | 'https',
  ) {}

  static async start(options: NginxOptions = {}): Promise<Nginx> {
    const program = findProgram('nginx');
    if (program === null) throw new Error('nginx is not installed');
    const folder = await TempFolder.make('nginx', options.parentFolder);
    await chmod(folder.path, 0o755);
    await mkdir(folder.at('www'));
    const port = await findFreePort();
    await writeFile(folder.at('nginx.conf'), configure(folder, port, options));
    const args = ['-p', folder.path, '-c', folder.at('nginx.conf'), '-e', folder.at('error.log')];
    const process = await ServerProcess.start(program, args, port);
    return new Nginx(folder, process, port, options.certificate === undefined ? 'http' : 'https');
  }

  get documentRoot(): string {
    return this.folder.at('www');
  }

  /** URL of a path that begins with `/`. */
  url(path: string): string {
    return `${this.scheme}://127.0.0.1:${this.port}${path}`;
  }

  /** Finished requests so far, oldest first. */
  async readRequests(): Promise<NginxRequest[]> {
    const log = await readFile(this.folder.at('access.log'), 'utf8');
    return log.split('\n').filter(Boolean).map(parseLogLine);
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.folder.dispose();
  }
}

function configure(folder: TempFolder, port: number, options: NginxOptions): string {
  const locations = Object.entries(options.locations ?? {}).map(
    ([prefix, directives]) => `location ${prefix}/ { alias ${folder.at('www')}/; ${directives} }`,
  );
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${folder.at(n)};`);
  return `
daemon off; worker_processes 1; pid ${folder.at('pid')};
${isRoot() ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  sendfile on; tcp_nopush on; default_type application/octet-stream;
  log_format plain '$connection $status $body_bytes_sent $uri $http_range';
  access_log ${folder.at('access.log')} plain;
  limit_conn_zone $server_name zone=perServer:1m; limit_conn_status 429;
  ${temps.join(' ')}
  ${options.httpDirectives ?? ''}
  server {
    listen 127.0.0.1:${port}${options.certificate === undefined ? '' : ' ssl'};
    ${configureTls(options.certificate)}
    keepalive_requests 100000;
    location / { root ${folder.at('www')}; }
    ${locations.join('\n    ')}
  }
}`;
}

function configureTls(certificate: CertificateName | undefined): string {
  if (certificate === undefined) return '';
  const { certPath, keyPath } = certificatePaths(certificate);
  return `ssl_certificate ${certPath}; ssl_certificate_key ${keyPath}; ssl_protocols TLSv1.2 TLSv1.3;`;
}

function parseLogLine(line: string): NginxRequest {
  const [connection, status, bytes, path = '', range = '-'] = line.split(' ');
  return {
    path,
    status: Number(status),
    bodyBytesSent: Number(bytes),
    range: range === '-' ? null : range,
    connection: Number(connection),
  };
}
