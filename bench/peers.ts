// The tools that are measured: where they are, which version, and how each is told to do a job.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findProgram } from '../test/support/realServer';

export const projectFolder = join(__dirname, '..');
export const cliPath = join(projectFolder, 'dist', 'cli.js');
const ipullPackage = join(__dirname, 'node_modules', 'ipull', 'package.json');

export type PeerName = 'curl' | 'aria2c' | 'wget2' | 'ipull';

/** The command that starts a peer; null where it is missing. */
export function findPeer(name: PeerName): readonly string[] | null {
  if (name === 'ipull') return existsSync(ipullPackage) ? [process.execPath, join(__dirname, 'ipullGet.mjs')] : null;
  const program = findProgram(name);
  return program === null ? null : [program];
}

/** What each tool says of its version, missing ones included. */
export function describeTools(): readonly (readonly [name: string, version: string])[] {
  const peers = (['curl', 'aria2c', 'wget2', 'ipull'] as const).map((name) => {
    const command = findPeer(name);
    if (command === null) return [name, 'missing, not measured'] as const;
    return [name, name === 'ipull' ? readIpullVersion() : firstLine(command)] as const;
  });
  const nginx = findProgram('nginx');
  return [
    ['asset-fetch', firstLine([process.execPath, cliPath])],
    ['node', process.version],
    ...peers,
    ['nginx', nginx === null ? 'missing: a Node server in a child process serves instead' : firstLine([nginx], '-v')],
  ];
}

function readIpullVersion(): string {
  return (JSON.parse(readFileSync(ipullPackage, 'utf8')) as { version: string }).version;
}

function firstLine([program = '', ...args]: readonly string[], flag = '--version'): string {
  const { stdout, stderr } = spawnSync(program, [...args, flag], { encoding: 'utf8' });
  return `${stdout}${stderr}`.trim().split('\n')[0] ?? '';
}

/** Arguments of `asset-fetch get` for one file, without those about integrity and connections. */
export function getCommand(
  url: string,
  outputPath: string,
  stateDir: string,
  ...more: readonly string[]
): readonly string[] {
  return [process.execPath, cliPath, 'get', url, '-o', outputPath, '--state-dir', stateDir, '--quiet', ...more];
}

export function curlCommand(
  curl: readonly string[],
  url: string,
  outputPath: string,
  ...more: readonly string[]
): readonly string[] {
  return [...curl, '--silent', '--fail', '--noproxy', '*', ...more, '-o', outputPath, url];
}

export function ariaCommand(
  aria: readonly string[],
  url: string,
  outputPath: string,
  ...more: readonly string[]
): readonly string[] {
  const quiet = ['--quiet', '--no-conf', '--file-allocation=none', '--allow-overwrite=true'];
  return [...aria, ...quiet, ...more, '-d', dirname(outputPath), '-o', basename(outputPath), url];
}

export function wgetCommand(wget: readonly string[], url: string, outputPath: string): readonly string[] {
  return [...wget, '--quiet', '--no-config', '--no-proxy', '-O', outputPath, url];
}

export function ipullCommand(
  ipull: readonly string[],
  url: string,
  outputPath: string,
  connections: number,
): readonly string[] {
  return [...ipull, url, outputPath, String(connections)];
}
