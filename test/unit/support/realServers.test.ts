import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, it } from 'mocha';
import { Apache } from '../../support/apache';
import { assertBody, bodyBytes } from '../../support/body';
import { Nginx } from '../../support/nginx';
import { describeWith } from '../../support/realServer';
import { Squid } from '../../support/squid';

interface Reply {
  readonly status: number;
  readonly body: Buffer;
}

async function get(url: string, headers: Record<string, string> = {}, proxyPort?: number): Promise<Reply> {
  const proxied = proxyPort === undefined ? {} : { host: '127.0.0.1', port: proxyPort, path: url };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(url, { headers, agent: false, ...proxied }, resolve)
      .on('error', reject)
      .end();
  });
  return { status: response.statusCode ?? 0, body: await buffer(response) };
}

describeWith(['nginx'], 'nginx under test', () => {
  let nginx: Nginx;
  before(async () => {
    nginx = await Nginx.start({ locations: { '/slow': 'limit_rate 1m;' } });
    await writeFile(join(nginx.documentRoot, 'a.bin'), bodyBytes(1, 0, 1000));
  });
  after(() => nginx.stop());

  it('serves ranges under each location and logs the bytes', async () => {
    const part = await get(nginx.url('/slow/a.bin'), { range: 'bytes=10-19' });
    assert.equal(part.status, 206);
    assertBody(part.body, 1, 10);
    const [first] = await nginx.readRequests();
    assert.deepEqual([first?.path, first?.bodyBytesSent, first?.range], ['/slow/a.bin', 10, 'bytes=10-19']);
  });
});

describeWith(['apache2'], 'Apache under test', () => {
  it('serves ranges', async () => {
    const apache = await Apache.start();
    await writeFile(join(apache.documentRoot, 'a.bin'), bodyBytes(1, 0, 1000));
    const part = await get(apache.url('/a.bin'), { range: 'bytes=10-19' });
    assert.equal(part.status, 206);
    assertBody(part.body, 1, 10);
    await apache.stop();
  });
});

describeWith(['squid', 'nginx'], 'squid under test', () => {
  it('passes requests on, to those who know the password', async function () {
    this.timeout(10_000);
    const nginx = await Nginx.start();
    const squid = await Squid.start({ credentials: { user: 'someone', password: 'secret' } });
    await writeFile(join(nginx.documentRoot, 'a.bin'), bodyBytes(1, 0, 1000));
    const authorization = `Basic ${Buffer.from('someone:secret').toString('base64')}`;
    assert.equal((await get(nginx.url('/a.bin'), {}, squid.port)).status, 407);
    const reply = await get(nginx.url('/a.bin'), { 'proxy-authorization': authorization }, squid.port);
    assertBody(reply.body, 1);
    const line = /GET http:.*a\.bin 200/;
    assert.match(await squid.readLog(line), line);
    await squid.stop();
    await nginx.stop();
  });
});
