// Starts VS Code's own server on a free loopback port and ends it with everything it started.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ensureCode } from './codeInstallation';

export interface CodeServerOptions {
  /** Profile folder: settings, logs, storage. */
  readonly userData: string;
  /** Where installed extensions lie; null: in the profile. */
  readonly extensions: string | null;
  /** False leaves Workspace Trust on, and since nobody grants it, every folder opens in Restricted Mode. */
  readonly isTrusted: boolean;
  /** Display language such as `de`; null: English. */
  readonly locale: string | null;
  /**
   * Whether the page's payload counts: extensions under development, tests to run. A built VS Code obeys it only as
   * under a smoke test, and then it shows no notifications.
   */
  readonly obeysPayload: boolean;
}

/** Emits the process id of every extension host that VS Code starts. */
type ExtensionHosts = EventEmitter<{ launched: [pid: number] }>;

const startTimeoutMs = 60_000;

/** A running server. `dispose` it; if this process dies without, the server ends itself. */
export class CodeServer {
  private newestHost: number | null = null;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly hosts: ExtensionHosts,
  ) {
    hosts.on('launched', (pid) => (this.newestHost = pid));
  }

  static async start(options: CodeServerOptions): Promise<CodeServer> {
    const code = await ensureCode();
    const wrapper = join(__dirname, 'serverProcess.mjs');
    const child = spawn(
      code.node,
      [wrapper, code.serverMain, '--host', '127.0.0.1', '--port', '0', ...flags(options)],
      {
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        env: serverEnvironment(),
      },
    );
    const hosts: ExtensionHosts = new EventEmitter();
    const server = followOutput(child, options.userData, hosts);
    return new CodeServer(child, await server, hosts);
  }

  /** `http://127.0.0.1:PORT`. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Process id of the newest extension host. */
  get extensionHostPid(): number {
    if (this.newestHost === null) throw new Error('VS Code has started no extension host yet.');
    return this.newestHost;
  }

  /** Resolves when VS Code starts another extension host, after a reload or a crash, with its process id. */
  async nextExtensionHost(): Promise<number> {
    const [pid] = (await once(this.hosts, 'launched', { signal: AbortSignal.timeout(startTimeoutMs) })) as [number];
    return pid;
  }

  /** Ends the server, its extension hosts and its terminals at once. */
  async dispose(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.stdin?.end();
    await exited;
  }
}

/** Installs a .vsix into the extensions folder, as `code --install-extension` does. */
export async function installVsix(vsix: string, options: CodeServerOptions): Promise<void> {
  const code = await ensureCode();
  await promisify(execFile)(code.node, [code.serverMain, ...flags(options), '--install-extension', vsix, '--force'], {
    env: serverEnvironment(),
  });
}

function flags(options: CodeServerOptions): string[] {
  return [
    '--without-connection-token',
    '--accept-server-license-terms',
    '--disable-telemetry',
    ...(options.obeysPayload ? ['--enable-smoke-test-driver'] : []),
    ...['--user-data-dir', options.userData, '--server-data-dir', options.userData],
    ...['--extensions-dir', options.extensions ?? join(options.userData, 'extensions')],
    ...(options.isTrusted ? ['--disable-workspace-trust'] : []),
    ...(options.locale === null ? [] : ['--locale', options.locale]),
  ];
}

/** No gallery: this VS Code talks to nobody but the tests. What npm tells its children is not for the editor. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_OPTIONS');
  return { ...Object.fromEntries(own), EXTENSIONS_GALLERY: '{}' };
}

/** Copies what the server says to `server.log` in the profile; resolves with its port. */
async function followOutput(child: ChildProcess, userData: string, hosts: ExtensionHosts): Promise<number> {
  if (child.stdout === null || child.stderr === null) throw new Error('The server was started without pipes.');
  await mkdir(userData, { recursive: true });
  const logPath = join(userData, 'server.log');
  const log = createWriteStream(logPath, { flags: 'a' });
  child.stderr.on('data', (chunk: Buffer) => log.write(chunk));
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`VS Code's server ${why}; its output is in ${logPath}.`));
    const timer = setTimeout(() => fail(`was not ready after ${startTimeoutMs / 1000} s`), startTimeoutMs);
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (exitCode) => fail(`ended early with code ${String(exitCode)}`));
    child.once('exit', () => clearTimeout(timer));
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      const host = /<(\d+)> Launched Extension Host Process/.exec(line)?.[1];
      if (host !== undefined) hosts.emit('launched', Number(host));
      const port = /Extension host agent listening on (\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}
