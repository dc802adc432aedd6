// A real squid as HTTP proxy on a free loopback port, with its configuration and log in a temp folder of its own.
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort, findProgram, ServerProcess } from './realServer';
import { TempFolder } from './tempFolder';

export interface SquidOptions {
  /** Asks for basic credentials. Neither may hold a character that a shell or a URL reads otherwise. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** Passes on everything, caches nothing. Call `stop()` at the end. */
export class Squid {
  private constructor(
    private readonly folder: TempFolder,
    private readonly process: ServerProcess,
    readonly port: number,
  ) {}

  static async start({ credentials }: SquidOptions = {}): Promise<Squid> {
    const program = findProgram('squid');
    if (program === null) throw new Error('squid is not installed');
    const folder = await TempFolder.make('squid');
    // Started by root, squid runs as a user of its own that must write its log here.
    await chmod(folder.path, 0o777);
    const port = await findFreePort();
    if (credentials !== undefined) await writeAuthenticator(folder, credentials);
    await writeFile(folder.at('squid.conf'), configure(folder, port, credentials !== undefined));
    const process = await ServerProcess.start(program, ['-N', '-f', folder.at('squid.conf')], port);
    return new Squid(folder, process, port);
  }

  /** `http://127.0.0.1:PORT`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The access log, a request a line: method, URL, status. */
  /** The access log, once a line of it matches: squid writes a line a moment after the answer. */
  async readLog(line: RegExp): Promise<string> {
    for (let tries = 0; ; tries += 1) {
      const log = await readFile(this.folder.at('access.log'), 'utf8');
      if (line.test(log) || tries === 100) return log;
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    // It holds nothing worth saving, and takes seconds over a gentle end.
    await this.process.stop('SIGKILL');
    await this.folder.dispose();
  }
}

async function writeAuthenticator(folder: TempFolder, wanted: { user: string; password: string }): Promise<void> {
  const script = `#!/bin/sh
while read -r line; do
  if [ "$line" = "${wanted.user} ${wanted.password}" ]; then echo OK; else echo ERR; fi
done
`;
  await writeFile(folder.at('authenticate'), script, { mode: 0o755 });
}

function configure(folder: TempFolder, port: number, isGuarded: boolean): string {
  const access = isGuarded
    ? `auth_param basic program ${folder.at('authenticate')}
auth_param basic children 1
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all`
    : 'http_access allow all';
  return `
http_port 127.0.0.1:${port}
${access}
cache deny all
cache_mem 8 MB
max_filedescriptors 1024
pid_filename none
shutdown_lifetime 0 seconds
logformat short %rm %ru %>Hs
access_log stdio:${folder.at('access.log')} short
cache_log ${folder.at('cache.log')}
coredump_dir ${folder.path}
visible_hostname squid.test
pinger_enable off
`;
}
