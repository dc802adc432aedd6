// doctor of the built command line, against a server on loopback. `npm run build` makes it.
import assert from 'node:assert/strict';
import { assertNoCanary } from '../../support/canary';
import { FaultServer } from '../../support/faultServer';
import { runCli } from '../../support/processes';

describe('asset-fetch doctor', () => {
  let server: FaultServer;

  beforeEach(async () => {
    server = await FaultServer.start();
  });

  afterEach(() => server.close());

  it('tells every step and ends with 0 where nothing stands in the way', async () => {
    const url = server.serve('/f', { seed: 1, sizeBytes: 1000 });
    const { code, stdout, stderr } = await runCli(['doctor', url]);
    assert.equal(code, 0);
    assert.match(stdout, /^ok {4}ranges/m);
    assert.equal(stderr, '');
  });

  it('ends with 1 where a step failed, in NDJSON too', async () => {
    const { code, events } = await runCli(['doctor', `${server.origin}/none`, '--json']);
    assert.equal(code, 1);
    assert.ok(events.every(({ event }) => event === 'step'));
    assert.ok(events.some(({ outcome }) => outcome === 'fail'));
  });

  it('wants just one URL', async () => {
    assert.equal((await runCli(['doctor'])).code, 2);
    assert.equal((await runCli(['doctor', server.origin, server.origin])).code, 2);
    assert.equal((await runCli(['doctor', 'ftp://example.test/x'])).code, 2);
  });

  it('C44 shows no secret', async () => {
    const token = 'CANARY-51c0de';
    const url = server.serve('/f', { seed: 1, sizeBytes: 1000 }).replace('//', `//ada:${token}@`);
    const proxy = `http://ada:${token}@127.0.0.1:1`;
    const outputs = await Promise.all([
      runCli(['doctor', `${url}?token=${token}`]),
      runCli(['doctor', `${url}?token=${token}`, '--proxy', proxy, '--json']),
    ]);
    assertNoCanary(token, { texts: { outputs } });
  });
});
