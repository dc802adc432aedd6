// A real Apache httpd on a free loopback port, with its configuration in a temp folder of its own.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, findProgram, isRoot, ServerProcess } from './realServer';
import { TempFolder } from './tempFolder';

const MODULE_FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/opt/homebrew/lib/httpd/modules'];
const MODULES = ['mpm_event', 'authz_core', 'headers', 'ratelimit', 'env', 'filter', 'deflate', 'unixd', 'log_config'];

/** Serves `documentRoot` at `/`. Call `stop()` at the end. */
export class Apache {
  private constructor(
    private readonly folder: TempFolder,
    private readonly process: ServerProcess,
    readonly port: number,
  ) {}

  /** @param directives added to the server's configuration, as `Header set ETag ...`. */
  static async start(directives = ''): Promise<Apache> {
    const program = findProgram('apache2', 'httpd');
    if (program === null) throw new Error('Apache is not installed');
    const folder = await TempFolder.make('apache');
    // The server gives up root before it reads a file.
    await chmod(folder.path, 0o755);
    await mkdir(folder.at('www'));
    const port = await findFreePort();
    await writeFile(folder.at('httpd.conf'), configure(folder, port, directives));
    const args = ['-f', folder.at('httpd.conf'), '-DFOREGROUND'];
    return new Apache(folder, await ServerProcess.start(program, args, port), port);
  }

  /** Files put here must be readable to all. */
  get documentRoot(): string {
    return this.folder.at('www');
  }

  /** URL of a path that begins with `/`. */
  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.folder.dispose();
  }
}

function configure(folder: TempFolder, port: number, directives: string): string {
  const moduleFolder = MODULE_FOLDERS.find((path) => existsSync(path)) ?? '';
  const modules = MODULES.map((name) => [name, join(moduleFolder, `mod_${name}.so`)] as const)
    .filter(([, path]) => existsSync(path)) // the others are compiled in
    .map(([name, path]) => `LoadModule ${name}_module ${path}`);
  return `
ServerRoot ${folder.path}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder.at('pid')}
DefaultRuntimeDir ${folder.path}
ErrorLog ${folder.at('error.log')}
${modules.join('\n')}
${isRoot() ? 'User nobody\nGroup #65534' : ''}
DocumentRoot ${folder.at('www')}
<Directory ${folder.at('www')}>
  Require all granted
</Directory>
${directives}
`;
}
