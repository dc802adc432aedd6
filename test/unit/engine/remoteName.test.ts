import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { RawServer } from '../../support/rawServer';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n';

describe('the name that a server gives', () => {
  let engine: EngineUnderTest;
  let server: RawServer;

  beforeEach(async () => {
    engine = await EngineUnderTest.start();
  });
  afterEach(async () => {
    await server.close();
    await engine.dispose();
  });

  /** Fetches `/get`, which redirects to `target`, into a folder of the root. */
  const fetchInto = async (path: string, target: string, header = ''): Promise<void> => {
    server = await RawServer.start((socket, head) => {
      const redirect = `HTTP/1.1 302 Found\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`;
      socket.write(head.startsWith('GET /get ') ? redirect : `${OK}${header}\r\nx`);
    });
    const outcome = await engine.fetch(`http://127.0.0.1:${server.port}/get`, { path, isFolder: true });
    assert.equal(outcome.type, 'done');
  };

  it('comes from where a redirect leads, but a sensitive one never', async () => {
    await fetchInto('', '/model.bin');
    assert.deepEqual(engine.listRoot(), ['model.bin']);
  });

  for (const name of ['package.json', 'conftest.py', 'evil.code-workspace', 'Makefile']) {
    it(`C05 is not taken from a redirect to ${name}`, async () => {
      await fetchInto('', `/${name}`);
      assert.deepEqual(engine.listRoot(), ['get']);
    });
  }

  it('C05 counts for nothing in a folder that tools obey', async () => {
    mkdirSync(join(engine.root, '.git', 'hooks'), { recursive: true });
    await fetchInto('.git/hooks', '/pre-commit', 'Content-Disposition: attachment; filename=pre-push\r\n');
    assert.deepEqual(engine.listRoot(), ['.git/hooks/get']);
  });

  it('C05 counts for nothing where the root is a link to a folder that tools obey', async () => {
    const hooks = engine.folder.at('.git', 'hooks');
    mkdirSync(hooks, { recursive: true });
    symlinkSync(hooks, engine.folder.at('link'));
    server = await RawServer.start((socket) => {
      socket.write(`${OK}Content-Disposition: attachment; filename=pre-push\r\n\r\nx`);
    });
    const root = engine.folder.at('link');
    await engine.fetch(`http://127.0.0.1:${server.port}/get`, { root, path: '', isFolder: true });
    assert.ok(existsSync(join(hooks, 'get')));
  });
});
