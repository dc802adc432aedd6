import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { FetchErrorCode } from '../../../src/assets/fetchError';
import type { EngineMessage } from '../../../src/bridge/protocol';
import { runCommandLine } from '../../../src/cli/main';
import { FakeSurroundings, makeResult } from './fakeSurroundings';

const id = 'get';
const done: EngineMessage = { type: 'done', id, result: makeResult() };
const started: EngineMessage = { type: 'started', id, name: 'file.bin', key: 'k', totalBytes: 1000, resumedBytes: 0 };
const progress: EngineMessage = {
  type: 'progress',
  id,
  receivedBytes: 500,
  totalBytes: 1000,
  bytesPerSecond: 250,
  connections: 1,
};
const failed = (code: FetchErrorCode): EngineMessage => ({
  type: 'failed',
  id,
  error: { code, message: 'It broke.', details: {} },
});

describe('asset-fetch', () => {
  let folder = '';

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'asset-fetch-cli-')));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs the command line against an engine that answers each start with `messages`. */
  async function run(args: string[], ...messages: EngineMessage[]) {
    const surroundings = new FakeSurroundings(folder, (emit) => messages.forEach(emit));
    const code = await runCommandLine(args, surroundings);
    return { code, surroundings, stdout: surroundings.stdout.text, stderr: surroundings.stderr.text };
  }

  const url = 'http://example.test/file.bin';

  describe('usage', () => {
    const refused: [string, string[], RegExp][] = [
      ['no command', [], /asset-fetch get URL/],
      ['a mistyped command', ['got'], /no command "got"\. Did you mean get\?/],
      ['a URL in place of a command', [url], /Did you mean asset-fetch get URL/],
      [
        'an option in front of the command',
        ['--quiet', 'get', url],
        /Options follow the command: asset-fetch get … --quiet/,
      ],
      ['get without a URL', ['get'], /needs a URL/],
      ['two URLs', ['get', url, url], /takes one URL/],
      ['text that is no URL', ['get', 'not a url'], /get/],
      ['a scheme other than http(s)', ['get', 'ftp://example.test/x'], /ftp/],
      ['-o with -d', ['get', url, '-o', 'x', '-d', '.'], /exclude each other/],
      ['-o - kindly', ['get', url, '-o', '-'], /stdout .*not possible/],
      ['a folder as -o', ['get', url, '-o', 'sub/'], /Use -d sub\//],
      ['a broken hash', ['get', url, '--integrity', 'sha256:zz'], /--integrity/],
      ['a header without a colon', ['get', url, '--header', 'Accept'], /--header/],
      ['a header twice', ['get', url, '--header', 'A: 1', '--header', 'a: 2'], /given twice/],
      ['C15 a line break in a header', ['get', url, '--header', 'A: 1\r\nB: 2'], /--header/],
      ['a mirror that is no URL', ['get', url, '--mirror', 'ftp://m.test/x'], /--mirror/],
      ['a checksum URL that is none', ['get', url, '--checksum-url', 'siblings'], /--checksum-url/],
      ['no connections', ['get', url, '--connections', '0'], /1 to 64/],
      ['too many connections', ['get', url, '--connections', '65'], /1 to 64/],
      ['a policy there is not', ['get', url, '--overwrite', 'keepboth'], /keep-both/],
      ['an inherited property as policy', ['get', url, '--overwrite', 'constructor'], /keep-both/],
      ['a proxy that is no URL', ['get', url, '--proxy', 'ftp://p.test'], /--proxy/],
      [
        'a certificate file that is missing',
        ['get', url, '--cacert', 'none.pem'],
        /none\.pem cannot be read \(ENOENT\)/,
      ],
      ['an unknown option', ['get', url, '--conections', '2'], /Did you mean --connections\?/],
    ];
    for (const [what, args, message] of refused) {
      it(`refuses ${what} with exit code 2, before any request`, async () => {
        const { code, surroundings, stdout, stderr } = await run(args);
        assert.equal(code, 2);
        assert.match(stderr, message);
        assert.match(stderr, /^asset-fetch: .*\n$/);
        assert.equal(stdout, '');
        assert.deepEqual(surroundings.started, []);
      });
    }

    it('tells --json readers of a refusal by a failed event', async () => {
      const { stdout } = await run(['get', 'ftp://example.test/x', '--json']);
      const event = JSON.parse(stdout) as Record<string, unknown>;
      assert.equal(event['event'], 'failed');
      assert.equal(event['code'], 'unsupportedUrl');
    });

    it('C51 escapes in NDJSON what would steer a terminal, and loses nothing of it', async () => {
      const name = 'a\u009b31m\u2028\u202e\u061c\u{e0041}.bin';
      const { stdout } = await run(['get', url, '--json'], { ...started, name }, done);
      const [line = ''] = stdout.split('\n');
      assert.match(line, /a\\u009b31m\\u2028\\u202e\\u061c\\udb40\\udc41\.bin/);
      assert.equal((JSON.parse(line) as { name: string }).name, name);
    });

    const secretUrl = 'https://ada:CANARY@example.test/x?token=CANARY';
    it('C44 repeats no query string or password of a URL that it refuses', async () => {
      for (const args of [
        ['get', 'ftp://ada:CANARY@example.test/x?token=CANARY'],
        ['get', url, 'http://ada:CANARY@example.test/x?token=CANARY'],
        ['get', url, '--proxy', 'ftp://ada:CANARY@p.test'],
        ['get', url, '--header', 'Authorization CANARY'],
        ['get', url, '--header', '-Authorization: CANARY'],
        ['sync', 'http://ada:CANARY@example.test/x?token=CANARY'],
        ['ftp://ada:CANARY@example.test/x?token=CANARY'],
        ['add', 'models/x', secretUrl],
        ...['-o', '-d', '--integrity', '--max-size', '--overwrite', '--connections', '--cacert'].map((option) => [
          'get',
          url,
          option,
          `${secretUrl}/`,
        ]),
        ['sync', '--manifest', secretUrl],
      ]) {
        const { code, stderr, stdout } = await run([...args, '--json']);
        assert.notEqual(code, 0, args.join(' '));
        assert.doesNotMatch(stderr + stdout, /CANARY/);
      }
    });

    const unusable: [string, string[], string][] = [
      ['a name that is too long', ['-d', 'x'.repeat(300)], 'unsafePath'],
      ['a folder that is a loop of links', ['-d', 'loop'], 'unsafePath'],
      ['B34 a backslash that separates nothing', ['-o', 'back\\slash.bin'], 'unsafePath'],
      ['B34 a backslash in the name of a new folder', ['-d', 'back\\slash'], 'unsafePath'],
    ];
    for (const [what, args, expected] of unusable) {
      it(`B39 refuses ${what} with exit code 4 and one failed event`, async function () {
        if (path.sep !== '/') this.skip();
        symlinkSync('loop', path.join(folder, 'loop'));
        const { code, stdout, surroundings } = await run(['get', url, ...args, '--json']);
        assert.equal(code, 4);
        assert.equal((JSON.parse(stdout) as { code: string }).code, expected);
        assert.deepEqual(surroundings.started, []);
      });
    }

    it('ends with one failed event also after a defect of its own', async () => {
      const surroundings = new FakeSurroundings(folder, () => {
        throw new TypeError('oops');
      });
      assert.equal(await runCommandLine(['get', url, '--json'], surroundings), 1);
      const { event, code } = JSON.parse(surroundings.stdout.text) as { event: string; code: string };
      assert.deepEqual([event, code], ['failed', 'engineCrashed']);
    });

    it('refuses a file whose folder and the one above are missing with exit code 4', async () => {
      const { code, stderr } = await run(['get', url, '-o', 'a/b/c.bin']);
      assert.equal(code, 4);
      assert.match(stderr, /a\/b does not exist/);
    });
  });

  it('prints help and version on stdout, with exit code 0', async () => {
    for (const args of [
      ['--help'],
      ['-h'],
      ['help'],
      ['get', '--help'],
      ['help', 'get'],
      ['get', url, '-h'],
      ['get', url, '-qh'],
    ]) {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 0);
      assert.match(stdout, /Usage:/);
      assert.equal(stderr, '');
    }
    assert.match((await run(['get', '--help'])).stdout, /--checksum-url/);
    assert.match((await run(['--version'])).stdout, /^\d+\.\d+\.\d+\S*\n$/);
  });

  it('passes every option of get to the engine', async () => {
    writeFileSync(path.join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n');
    const hex = 'ab'.repeat(32);
    const { surroundings, code } = await run(
      [
        ...['get', url, '-o', 'out.bin', '--integrity', `sha256:${hex}`, '--header', 'X-Key: a b', '--mirror'],
        ...['https://mirror.test/f', '--connections', '20', '--retries', '0', '--idle-timeout', '1.5', '--max-size'],
        ...['1KiB', '--state-dir', 'state', '--overwrite', 'keep-both', '--proxy', 'proxy.test:3128', '--cacert'],
        ...['ca.pem', '--checksum-url', 'sibling', '--quiet'],
      ],
      done,
    );
    assert.equal(code, 0);
    const [request] = surroundings.started;
    assert.deepEqual(request, {
      urls: [url, 'https://mirror.test/f'],
      root: folder,
      path: 'out.bin',
      isFolder: false,
      integrity: [{ algorithm: 'sha256', digestHex: hex }],
      checksumUrl: 'sibling',
      headers: { 'X-Key': 'a b' },
      overwrite: 'keepBoth',
      sizeBytes: null,
      maxSizeBytes: 1024,
      isExecutable: false,
      connections: 20,
      source: 'person',
      allowedPrivateHosts: [],
    });
    const [config] = surroundings.configs;
    assert.equal(config?.connectionsPerFile, 20);
    assert.equal(config.connectionsPerHost, 20);
    assert.equal(config.connectionsInAll, 20);
    assert.equal(config.retries, 0);
    assert.equal(config.idleTimeoutMs, 1500);
    assert.equal(config.stateDir, path.join(folder, 'state'));
    assert.equal(config.proxy.url, 'http://proxy.test:3128/');
    assert.deepEqual(config.extraCertificates, ['-----BEGIN CERTIFICATE-----\n']);
  });

  describe('where a file goes', () => {
    const places: [string, string[], { path: string; isFolder: boolean; root?: string }][] = [
      ['the working folder under the server’s name', [], { path: '', isFolder: true }],
      ['a folder under the server’s name', ['-d', 'sub'], { path: '', isFolder: true, root: 'sub' }],
      ['a folder still to be made', ['-d', 'new'], { path: 'new', isFolder: true }],
      ['a file in a folder', ['-o', 'sub/x'], { path: 'x', isFolder: false, root: 'sub' }],
      ['a file in a folder still to be made', ['-o', 'new/x'], { path: 'new/x', isFolder: false }],
    ];
    for (const [what, args, { root = '', ...placement }] of places) {
      it(`is ${what}`, async () => {
        mkdirSync(path.join(folder, 'sub'));
        const { surroundings } = await run(['get', url, ...args], done);
        const [request] = surroundings.started;
        assert.deepEqual(
          { root: request?.root, path: request?.path, isFolder: request?.isFolder },
          { root: path.join(folder, root), ...placement },
        );
      });
    }
  });

  it('writes the saved path, and nothing else, to stdout', async () => {
    const { stdout, stderr, code } = await run(['get', url], started, progress, { type: 'verifying', id }, done);
    assert.equal(code, 0);
    assert.equal(stdout, '/work/file.bin\n');
    assert.match(stderr, /1 kB in 2\.0 s .*verified by sha256/);
  });

  it('writes nothing to stderr with --quiet but errors', async () => {
    assert.equal((await run(['get', url, '-q'], started, progress, done)).stderr, '');
    const { stderr, code } = await run(['get', url, '--quiet'], failed('connectFailed'));
    assert.equal(stderr, 'asset-fetch: It broke.\n');
    assert.equal(code, 1);
  });

  it('writes NDJSON to stdout with --json, and nothing to stderr', async () => {
    const retrying: EngineMessage = {
      type: 'retrying',
      id,
      attempt: 1,
      attempts: 5,
      delayMs: 500,
      error: { code: 'timedOut', message: 'Slow.', details: {} },
    };
    const script = [started, progress, retrying, { type: 'verifying', id } as const, done];
    const { stdout, stderr } = await run(['get', `${url}?token=CANARY`, '--json'], ...script);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      events.map(({ event }) => event),
      ['start', 'progress', 'retrying', 'verifying', 'done'],
    );
    assert.deepEqual(events.at(-1), { event: 'done', ...makeResult() });
    assert.doesNotMatch(stdout, /CANARY/);
    assert.equal(stderr, '');
  });

  it('ends --json with one failed event that has code, message and details', async () => {
    const { stdout, code } = await run(['get', url, '--json'], failed('httpStatus'));
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout), { event: 'failed', code: 'httpStatus', message: 'It broke.', details: {} });
  });

  it('shows both hashes where integrity fails, with exit code 3', async () => {
    const details = { expected: 'sha256:aa', actual: 'sha256:bb' };
    const { stderr, code } = await run(['get', url], {
      type: 'failed',
      id,
      error: { code: 'integrityMismatch', message: 'The bytes are not the wanted ones.', details },
    });
    assert.equal(code, 3);
    assert.match(stderr, /expected sha256:aa\n {2}actual {3}sha256:bb\n/);
  });

  it('cancels on an interrupt, says what is kept, and exits with 130', async () => {
    const surroundings = new FakeSurroundings(folder, (emit, { interrupt }) => {
      emit(started);
      interrupt();
    });
    const code = await runCommandLine(['get', url], surroundings);
    assert.equal(code, 130);
    assert.match(surroundings.stderr.text, /4 MB \(4000000 bytes\) are kept; the same command resumes/);
    assert.ok(surroundings.isDisposed);
  });

  it('redraws a bar on a terminal, at most ten times a second, and clears it at the end', async () => {
    const surroundings = new FakeSurroundings(folder, (emit, self) => {
      emit(started);
      for (self.timeMs = 0; self.timeMs < 1000; self.timeMs += 10) emit(progress);
      emit(done);
    });
    surroundings.stderr.isTerminal = true;
    await runCommandLine(['get', url], surroundings);
    const redraws = surroundings.stderr.text.split('\r').filter((part) => part.includes('50 %'));
    assert.equal(redraws.length, 10);
    assert.match(surroundings.stderr.text, /\r\u001b\[J1 kB in 2\.0 s[^\r]*\n$/);
  });

  it('writes a line every few seconds where there is no terminal', async () => {
    const surroundings = new FakeSurroundings(folder, (emit, self) => {
      emit(started);
      for (; self.timeMs <= 10_000; self.timeMs += 100) emit(progress);
      emit(done);
    });
    await runCommandLine(['get', url], surroundings);
    assert.equal(surroundings.stderr.text.match(/file\.bin: 50 % of 1 kB/g)?.length, 3);
    assert.doesNotMatch(surroundings.stderr.text, /[\r\u001b]/);
  });

  it('lets no control character of a server reach the terminal', async () => {
    const { stderr } = await run(['get', url], {
      type: 'failed',
      id,
      error: { code: 'httpStatus', message: 'It said \u001b]0;owned\u0007\u202e.', details: {} },
    });
    assert.equal(stderr, 'asset-fetch: It said ?]0;owned??.\n');
  });

  it('tells of waiting and of retries', async () => {
    const { stderr } = await run(
      ['get', url],
      { type: 'waiting', id },
      {
        type: 'retrying',
        id,
        attempt: 2,
        attempts: 5,
        delayMs: 7600,
        error: { code: 'timedOut', message: 'No byte for 60 s.', details: {} },
      },
      done,
    );
    assert.match(stderr, /waiting for it/);
    assert.match(stderr, /No byte for 60 s\. Retrying in 8 s, try 2 of 5\./);
  });
});
