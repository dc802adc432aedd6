// add of the built command line: what keeps the list whole. `npm run build` makes it. More is in sync.test.ts.
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { bodySha256 } from '../../support/body';
import { FaultServer } from '../../support/faultServer';
import { runCli, startCli, type ProcessResult } from '../../support/processes';
import { isRoot } from '../../support/realServer';
import { listFiles, TempFolder } from '../../support/tempFolder';

interface Entry {
  readonly path: string;
  readonly url: string;
  readonly integrity?: string;
}

describe('asset-fetch add', () => {
  let folder: TempFolder;
  let server: FaultServer;

  beforeEach(async () => {
    folder = await TempFolder.make('add');
    mkdirSync(folder.at('work'));
    server = await FaultServer.start();
  });

  afterEach(async () => {
    await server.close();
    await folder.dispose();
  });

  const argsOf = (command: string, ...args: string[]): string[] => [
    ...[command, ...args, '--state-dir', folder.at('state')],
  ];
  const run = (command: string, ...args: string[]): Promise<ProcessResult> =>
    runCli(argsOf(command, ...args), { cwd: folder.at('work') });

  function writeList(...assets: Entry[]): void {
    writeFileSync(listFile(), JSON.stringify({ version: 1, assets }, null, 2));
  }

  /** A served file of `seed` and the entry that lists it. */
  function serve(path: string, seed: number, sizeBytes = 20_000): Entry {
    const url = server.serve(`/${path}`, { seed, sizeBytes });
    return { path, url, integrity: `sha256:${bodySha256(seed, sizeBytes)}` };
  }

  const listFile = (): string => folder.at('work', 'asset-fetch.json');
  const files = (): string[] => listFiles(folder.at('work')).filter((file) => file !== 'asset-fetch.json');

  it('B27 keeps every entry where several are added at once', async () => {
    const entries = Array.from({ length: 8 }, (_, index) => serve(`f${index}`, index, 1000));
    const results = await Promise.all(entries.map(({ url, path }) => run('add', url, path)));
    assert.deepEqual(
      results.map(({ code }) => code),
      entries.map(() => 0),
    );
    const { assets } = JSON.parse(readFileSync(listFile(), 'utf8')) as { assets: Entry[] };
    assert.deepEqual(
      assets.map(({ path }) => path).sort(),
      entries.map(({ path }) => path),
    );
    assert.deepEqual(readdirSync(folder.at('work')).sort(), ['asset-fetch.json', ...files()]);
  });

  it('says done only when the file is on the list, and lists it the next time', async () => {
    const { url } = serve('x', 1);
    server.fault(null, 'all', { bytesPerSecond: 20_000 });
    const running = startCli(argsOf('add', url, 'a.bin', '--json'), { cwd: folder.at('work') });
    await running.waitForEvent('start');
    writeFileSync(listFile(), '{ broken');
    const { code, events } = await running.finished;
    assert.equal(code, 2);
    assert.deepEqual(files(), ['a.bin']);
    assert.deepEqual(
      events.flatMap(({ event }) => (['done', 'failed'].includes(event) ? [event] : [])),
      ['failed'],
    );
    rmSync(listFile());
    const count = server.requests.length;
    const again = await run('add', url, 'a.bin');
    assert.equal(again.code, 0, again.stderr);
    assert.equal(server.requests.length, count);
    assert.equal((await run('verify')).code, 0);
    rmSync(listFile());
    assert.equal((await run('add', serve('y', 2).url, 'a.bin')).code, 4);
  });

  it('B08 asks no server for a file that cannot be listed', async function () {
    if (isRoot()) this.skip();
    const { url } = serve('x', 1);
    writeList(serve('b.bin', 2));
    chmodSync(listFile(), 0o400);
    const result = await run('add', url, 'a.bin', '--json');
    assert.equal(result.code, 4);
    assert.equal(result.events.at(-1)!['code'], 'permissionDenied');
    assert.deepEqual(server.requests, []);
  });

  it('B08 ends with exit code 4 where the list may not be read', async function () {
    if (isRoot()) this.skip();
    writeList(serve('b.bin', 2));
    chmodSync(listFile(), 0);
    for (const command of [['add', serve('x', 1).url, 'a.bin'], ['sync'], ['verify']]) {
      const { code, events } = await run(...(command as [string]), '--json');
      assert.equal(code, 4);
      assert.deepEqual(
        events.map((event) => [event.event, event['code']]),
        [['failed', 'permissionDenied']],
      );
    }
    assert.deepEqual(server.requests, []);
  });

  it('names the lines of the list as it is, and what is not a list', async () => {
    writeList(serve('a.bin', 1));
    writeFileSync(listFile(), readFileSync(listFile(), 'utf8').replace('"version": 1', '"version": 2'));
    const unsound = await run('add', serve('x', 2).url, 'b.bin');
    assert.match(unsound.stderr, /^asset-fetch: asset-fetch\.json is not sound.*\nasset-fetch\.json:2: error: /);
    writeFileSync(listFile(), '[]');
    assert.match((await run('add', serve('x', 2).url, 'b.bin')).stderr, /must be an object in braces/);
    writeFileSync(listFile(), Buffer.from('{ "version": 1, "assets": [] } // caf\xe9', 'latin1'));
    for (const command of [['add', serve('x', 2).url, 'b.bin'], ['sync']]) {
      const { code, stderr } = await run(...(command as [string]));
      assert.equal(code, 2);
      assert.match(stderr, /not UTF-8/);
    }
    rmSync(listFile());
    symlinkSync('nowhere.json', listFile());
    assert.equal((await run('add', serve('x', 2).url, 'b.bin')).code, 4);
    assert.ok(lstatSync(listFile()).isSymbolicLink());
    assert.deepEqual(server.requests, []);
  });

  it('C43 never lets a list replace itself', async () => {
    writeList(serve('asset-fetch.json', 1));
    const synced = await run('sync', '--overwrite', 'replace');
    assert.match(synced.stderr, /is the list itself/);
    writeList();
    const added = await run('add', serve('x', 2).url, 'asset-fetch.json', '--overwrite', 'replace');
    assert.match(added.stderr, /is the list itself/);
    assert.deepEqual([synced.code, added.code], [2, 2]);
    assert.deepEqual(server.requests, []);
  });

  it('takes no folder for a list', async () => {
    mkdirSync(folder.at('work', 'sub'));
    for (const command of [['add', serve('x', 2).url, 'b.bin'], ['sync'], ['verify']]) {
      const { code, stderr } = await run(...(command as [string]), '--manifest', 'sub');
      assert.equal(code, 2);
      assert.match(stderr, /is a folder/);
    }
    const { code, stderr } = await run('add', serve('x', 2).url, 'b.bin', '--manifest', 'none/asset-fetch.json');
    assert.equal(code, 4);
    assert.match(stderr, /none does not exist/);
  });

  it('leaves blanks around the URL out of the list', async () => {
    const { url } = serve('x', 1);
    assert.equal((await run('add', ` ${url} `, 'a.bin')).code, 0);
    const { assets } = JSON.parse(readFileSync(listFile(), 'utf8')) as { assets: Entry[] };
    assert.equal(assets[0]!.url, url);
  });
});
