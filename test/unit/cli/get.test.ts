// The built command line as a process, against servers on loopback. `npm run build` makes it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bodyBytes, bodySha256 } from '../../support/body';
import { assertNoCanary } from '../../support/canary';
import { FaultServer } from '../../support/faultServer';
import { cliPath, raceCli, runCli, startCli, startScript } from '../../support/processes';
import { describeWith, isRoot } from '../../support/realServer';
import { Nginx } from '../../support/nginx';
import { listFiles, TempFolder } from '../../support/tempFolder';

const MIB = 1024 * 1024;

describe('asset-fetch get', () => {
  let folder: TempFolder;
  let server: FaultServer;

  beforeEach(async () => {
    folder = await TempFolder.make('get');
    mkdirSync(folder.at('out'));
    server = await FaultServer.start();
  });

  afterEach(async () => {
    await server.close();
    await folder.dispose();
  });

  const get = (...args: string[]): string[] => ['get', ...args, '--state-dir', folder.at('state')];
  const inOut = () => ({ cwd: folder.at('out') });
  const outFiles = (): string[] => listFiles(folder.at('out'));

  it('B30 ends with exit code 4 and one failed event where the working folder is gone', async () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" get http://127.0.0.1:9/ -o x --json';
    const child = spawn('/bin/sh', ['-c', script, process.execPath, cliPath], { cwd: folder.at('out') });
    const output = text(child.stdout);
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 4);
    const { event, code: errorCode } = JSON.parse(await output) as { event: string; code: string };
    assert.deepEqual([event, errorCode], ['failed', 'localIo']);
  });

  it('saves under the server’s name and prints the path alone', async () => {
    const url = server.serve('/models/tiny.bin', { sizeBytes: 70_000, seed: 1 });
    const { code, stdout, stderr } = await runCli(get(url), inOut());
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${folder.at('out', 'tiny.bin')}\n`);
    assert.match(stderr, /^70 kB in .*complete, unverified.*\n$/);
    assert.deepEqual(readFileSync(folder.at('out', 'tiny.bin')), bodyBytes(1, 0, 70_000));
    assert.equal(statSync(folder.at('out', 'tiny.bin')).mode & 0o111, 0);
  });

  it('reports a verified file with every promised field', async () => {
    const sha256 = bodySha256(2, 3 * MIB);
    const url = server.serve('/f', { sizeBytes: 3 * MIB, seed: 2 });
    const { code, events } = await runCli(get(url, '-o', 'f', '--integrity', `sha256:${sha256}`, '--json'), inOut());
    assert.equal(code, 0);
    const names = events.map(({ event }) => event);
    assert.equal(names[0], 'start');
    assert.deepEqual(names.slice(-2), ['verifying', 'done']);
    const { seconds, connections, ...done } = events.at(-1)!;
    assert.deepEqual(done, {
      event: 'done',
      path: folder.at('out', 'f'),
      bytes: 3 * MIB,
      sha256,
      verifiedBy: 'sha256',
      fetchedBytes: 3 * MIB,
      resumedBytes: 0,
    });
    assert.equal(typeof seconds, 'number');
    assert.equal(connections, 1);
  });

  it('makes a missing folder, but only once the file is there', async () => {
    const good = server.serve('/good', { sizeBytes: 10, seed: 1 });
    const bad = `${server.origin}/none`;
    assert.equal((await runCli(get(bad, '-o', 'new/f'), inOut())).code, 1);
    assert.equal(existsSync(folder.at('out', 'new')), false);
    assert.equal((await runCli(get(good, '-o', 'new/f'), inOut())).code, 0);
    assert.equal((await runCli(get(good, '-d', 'newer'), inOut())).code, 0);
    assert.deepEqual(outFiles(), ['new/f', 'newer/good']);
  });

  it('B23 resumes after kill -9 with the bytes it had', async () => {
    const size = 16 * MIB;
    const sha256 = bodySha256(3, size);
    const url = server.serve('/big', { sizeBytes: size, seed: 3 });
    server.fault('/big', 0, { bytesPerSecond: 6 * MIB });
    const args = get(url, '-o', 'big', '--integrity', sha256, '--connections', '1', '--json');
    const first = startCli(args, inOut());
    await first.waitForEvent('progress', ({ receivedBytes }) => Number(receivedBytes) >= 9 * MIB);
    first.kill('SIGKILL');
    assert.equal((await first.finished).signal, 'SIGKILL');
    assert.deepEqual(outFiles(), []);
    const { code, events } = await runCli(args, inOut());
    assert.equal(code, 0);
    const done = events.at(-1)!;
    assert.equal(done['sha256'], sha256);
    // A kill costs at most one second of bytes.
    assert.ok(Number(done['resumedBytes']) >= 2 * MIB, `${String(done['resumedBytes'])} bytes were resumed`);
    assert.equal(Number(done['resumedBytes']) + Number(done['fetchedBytes']), size);
  });

  it('keeps the bytes on SIGINT, says so, leaves nothing behind, and resumes', async () => {
    const size = 12 * MIB;
    const url = server.serve('/big', { sizeBytes: size, seed: 4 });
    server.fault('/big', 0, { stallAfterBytes: 5 * MIB });
    const args = get(url, '-o', 'big', '--connections', '1', '--json');
    const first = startCli(args, inOut());
    await first.waitForEvent('progress', ({ receivedBytes }) => Number(receivedBytes) === 5 * MIB);
    first.kill('SIGINT');
    const { code, stderr, events } = await first.finished;
    assert.equal(code, 130);
    assert.match(stderr, /Interrupted\. 5\.24 MB \(5242880 bytes\) are kept; the same command resumes\./);
    assert.equal(events.at(-1)!['code'], 'cancelled');
    assert.deepEqual(outFiles(), []);
    const second = await runCli(args, inOut());
    assert.equal(second.events.at(-1)!['resumedBytes'], 5 * MIB);
    assert.deepEqual(readFileSync(folder.at('out', 'big')), bodyBytes(4, 0, size));
  });

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`ends with 130 on ${signal}`, async () => {
      const url = server.serve('/big', { sizeBytes: MIB, seed: 4 });
      server.fault('/big', 'all', { stallAfterBytes: 1000 });
      const running = startCli(get(url, '--json'), inOut());
      await running.waitForEvent('start');
      running.kill(signal);
      assert.equal((await running.finished).code, 130);
    });
  }

  it('ends at once on a second signal, whatever the first one waits for', async () => {
    const running = startScript(join(__dirname, 'stubbornCommand.ts'));
    await running.waitForEvent('ready');
    running.kill('SIGINT');
    await running.waitForEvent('asked');
    running.kill('SIGINT');
    assert.equal((await running.finished).code, 130);
  });

  describe('where the destination exists', () => {
    const size = 50_000;
    const sha256 = bodySha256(5, size);
    let url = '';

    beforeEach(() => {
      url = server.serve('/f.bin', { sizeBytes: size, seed: 5 });
      writeFileSync(folder.at('out', 'f.bin'), 'old');
    });

    it('B10 fails by default, before any request, and leaves the file', async () => {
      const { code, stderr } = await runCli(get(url, '-o', 'f.bin'), inOut());
      assert.equal(code, 4);
      assert.match(stderr, /f\.bin.*\n.*--overwrite replace/);
      assert.equal(readFileSync(folder.at('out', 'f.bin'), 'utf8'), 'old');
      assert.deepEqual(server.requests, []);
    });

    it('replaces it where told', async () => {
      assert.equal((await runCli(get(url, '-o', 'f.bin', '--overwrite', 'replace'), inOut())).code, 0);
      assert.deepEqual(readFileSync(folder.at('out', 'f.bin')), bodyBytes(5, 0, size));
    });

    it('I4 leaves it byte-identical where the replacing fails', async () => {
      const args = get(url, '-o', 'f.bin', '--overwrite', 'replace', '--integrity', `sha256:${'0'.repeat(64)}`);
      assert.equal((await runCli(args, inOut())).code, 3);
      assert.equal(readFileSync(folder.at('out', 'f.bin'), 'utf8'), 'old');
      assert.deepEqual(outFiles(), ['f.bin']);
    });

    it('keeps both where told, and prints the new name', async () => {
      const { code, stdout } = await runCli(get(url, '--overwrite', 'keep-both'), inOut());
      assert.equal(code, 0);
      assert.equal(stdout, `${folder.at('out', 'f (2).bin')}\n`);
      assert.equal(readFileSync(folder.at('out', 'f.bin'), 'utf8'), 'old');
    });

    it('B10 asks the network for nothing where it holds the given hash', async () => {
      writeFileSync(folder.at('out', 'f.bin'), bodyBytes(5, 0, size));
      const { code, events } = await runCli(get(url, '-o', 'f.bin', '--integrity', sha256, '--json'), inOut());
      assert.equal(code, 0);
      assert.deepEqual(server.requests, []);
      assert.equal(events.at(-1)!['connections'], 0);
      assert.equal(events.at(-1)!['fetchedBytes'], 0);
    });

    it('B09 refuses a folder of that name', async () => {
      const { code } = await runCli(get(url, '-o', folder.at('out'), '--overwrite', 'replace'), inOut());
      assert.equal(code, 4);
      assert.equal(readFileSync(folder.at('out', 'f.bin'), 'utf8'), 'old');
    });

    it('B13 replaces a link itself and never writes through it', async () => {
      symlinkSync(folder.at('out', 'f.bin'), folder.at('out', 'link'));
      assert.equal((await runCli(get(url, '-o', 'link'), inOut())).code, 4);
      assert.equal(readFileSync(folder.at('out', 'f.bin'), 'utf8'), 'old');
    });
  });

  describe('exit codes', () => {
    it('is 1 for 404, 410 and 500', async () => {
      for (const status of [404, 410, 500]) {
        const url = server.serve(`/${status}`, { sizeBytes: 10, seed: 1 });
        server.fault(`/${status}`, 'all', { status, body: '<html>no</html>' });
        const { code, stderr, stdout } = await runCli(get(url, '--retries', '0'), inOut());
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`${status}`));
        assert.equal(stdout, '');
      }
      assert.deepEqual(outFiles(), []);
    });

    it('is 1 for a refused connection and an unknown host', async function () {
      // The system's resolver, which may take its time to find no network.
      this.timeout(120_000);
      const { port } = server;
      await server.close();
      const refused = await runCli(get(`http://127.0.0.1:${port}/x`, '--retries', '0', '--json'), inOut());
      assert.equal(refused.code, 1);
      assert.equal(refused.events.at(-1)!['code'], 'connectFailed');
      const unknown = await runCli(get('http://nowhere.invalid/x', '--retries', '0', '--json'), inOut());
      assert.equal(unknown.code, 1);
      assert.equal(unknown.events.at(-1)!['code'], 'nameUnresolved');
    });

    it('A68 is 3 for a wrong hash; both are shown, nothing is left', async () => {
      const url = server.serve('/f', { sizeBytes: 100_000, seed: 6 });
      const { code, stderr } = await runCli(get(url, '--integrity', `sha256:${'0'.repeat(64)}`), inOut());
      assert.equal(code, 3);
      assert.match(stderr, new RegExp(`expected sha256:0{64}\\n {2}actual {3}sha256:${bodySha256(6, 100_000)}`));
      assert.deepEqual(outFiles(), []);
      assert.ok(!listFiles(folder.at('state')).some((file) => file.includes('part')));
    });

    it('B08 is 4 for a folder that cannot be written, before any request', async function () {
      if (isRoot()) return this.skip();
      const url = server.serve('/f', { sizeBytes: 10, seed: 1 });
      chmodSync(folder.at('out'), 0o555);
      const { code, events } = await runCli(get(url, '--json'), { cwd: folder.at('out') });
      chmodSync(folder.at('out'), 0o755);
      assert.equal(code, 4);
      assert.equal(events.at(-1)!['code'], 'permissionDenied');
      assert.deepEqual(server.requests, []);
    });

    it('B34 is 4 for a name that Windows could not store', async () => {
      const url = server.serve('/f', { sizeBytes: 10, seed: 1 });
      const { code, events } = await runCli(get(url, '-o', 'aux.txt', '--json'), inOut());
      assert.equal(code, 4);
      assert.equal(events.at(-1)!['code'], 'unsafePath');
    });

    it('A48 is 1 for a file beyond --max-size', async () => {
      const url = server.serve('/f', { sizeBytes: 5000, seed: 1 });
      const { code, events } = await runCli(get(url, '--max-size', '4k', '--json'), inOut());
      assert.equal(code, 1);
      assert.equal(events.at(-1)!['code'], 'tooLarge');
      assert.deepEqual(outFiles(), []);
    });
  });

  it('B27 two at once end with one verified file, fetched once', async () => {
    const size = 32 * MIB;
    const sha256 = bodySha256(7, size);
    const url = server.serve('/shared', { sizeBytes: size, seed: 7 });
    server.fault('/shared', 'all', { bytesPerSecond: 32 * MIB });
    const results = await raceCli(get(url, '-o', 'shared', '--integrity', sha256, '--json'), 2, inOut());
    for (const { code, stderr } of results) assert.equal(code, 0, stderr);
    assert.deepEqual(outFiles(), ['shared']);
    assert.deepEqual(readFileSync(folder.at('out', 'shared')), bodyBytes(7, 0, size));
    // As they read it: what the one that waits leaves unread sits in the kernel's buffers.
    const fetchedBytes = results.reduce((sum, { events }) => sum + Number(events.at(-1)?.['fetchedBytes']), 0);
    assert.ok(fetchedBytes >= size && fetchedBytes < 1.1 * size, `${fetchedBytes} bytes were fetched`);
  });

  it('C44 shows no secret of URL, header or proxy anywhere', async () => {
    const token = 'CANARY-7f3a91';
    const url = server.serve('/f', { sizeBytes: 2 * MIB, seed: 8 });
    const secretUrl = `${url.replace('http://', `http://ada:${token}@`)}?token=${token}`;
    const header = ['--header', `X-Api-Key: ${token}`];
    server.fault('/f', 0, { stallAfterBytes: MIB + 5 });
    const interrupted = startCli(get(secretUrl, '-o', 'a', ...header, '--json'), inOut());
    await interrupted.waitForEvent('progress', ({ receivedBytes }) => Number(receivedBytes) > MIB);
    interrupted.kill('SIGTERM');
    server.fault('/none', 'all', { status: 403, body: `no ${token}` });
    const outputs = await Promise.all([
      interrupted.finished,
      runCli(get(`${server.origin}/none?token=${token}`, '-o', 'b', ...header), inOut()),
      runCli(get(secretUrl, '-o', 'c', ...header, '--integrity', `sha256:${'0'.repeat(64)}`), inOut()),
      runCli(get(secretUrl, '-o', 'd', '--proxy', `http://ada:${token}@127.0.0.1:1`, '--retries', '0'), inOut()),
    ]);
    assert.deepEqual(
      outputs.map(({ code }) => code),
      [130, 1, 3, 1],
    );
    assertNoCanary(token, { folders: [folder.path], texts: { outputs } });
  });

  it('finishes the download when the reader of stdout has gone', async () => {
    const url = server.serve('/f', { sizeBytes: 5 * MIB, seed: 9 });
    server.fault('/f', 'all', { bytesPerSecond: 20 * MIB });
    const child = spawn(process.execPath, [cliPath, ...get(url, '-o', 'f', '--json')], inOut());
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(outFiles(), ['f']);
  });

  it('works without HOME, in the temp folder', async () => {
    const url = server.serve('/f', { sizeBytes: 10, seed: 1 });
    const env = { HOME: undefined, XDG_CACHE_HOME: undefined, TMPDIR: folder.path };
    assert.equal((await runCli(['get', url], { cwd: folder.at('out'), env })).code, 0);
  });
});

describeWith(['nginx'], 'asset-fetch get from nginx', () => {
  it('fetches over several connections what one gives slowly', async () => {
    const folder = await TempFolder.make('get-nginx');
    const nginx = await Nginx.start({ locations: { '/slow': 'limit_rate 4m;' } });
    try {
      const body = bodyBytes(1, 0, 16 * MIB);
      writeFileSync(join(nginx.documentRoot, 'big.bin'), body);
      const sha256 = bodySha256(1, 16 * MIB);
      const args = [
        'get',
        nginx.url('/slow/big.bin'),
        '--integrity',
        sha256,
        '--state-dir',
        folder.at('state'),
        '--json',
      ];
      const { code, events } = await runCli(args, { cwd: folder.path });
      assert.equal(code, 0);
      assert.ok(Number(events.at(-1)!['connections']) > 1);
      assert.deepEqual(readFileSync(folder.at('big.bin')), body);
    } finally {
      await nginx.stop();
      await folder.dispose();
    }
  });
});
