import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as fc from 'fast-check';
import { assertBody, bodyBytes, bodySha256, findOrigin } from '../../support/body';
import { readTestCa } from '../../support/certificates';
import { FaultServer } from '../../support/faultServer';
import { SignedUrls } from '../../support/signedUrls';

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly error: string | null;
}

async function get(url: string, headers: Record<string, string> = {}): Promise<Reply> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(url, { headers, agent: false, ca: readTestCa() });
  // Errors after the head show on the response; without a listener here they would end the process.
  request.on('error', () => undefined).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  let error: string | null = null;
  try {
    for await (const piece of response) pieces.push(piece as Buffer);
  } catch (cause) {
    error = (cause as NodeJS.ErrnoException).code ?? String(cause);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces), error };
}

/** Everything that the server sends to one raw request, until it ends the connection. */
async function exchange(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${head}\r\n\r\n`);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('latin1');
}

describe('test bodies', () => {
  it('are the same bytes however they are cut', () => {
    const whole = bodyBytes(7, 0, 4096);
    const cut = fc.record({ start: fc.nat(4095), length: fc.nat(200) });
    fc.assert(
      fc.property(cut, ({ start, length }) => {
        const end = Math.min(4096, start + length);
        assert.deepEqual(bodyBytes(7, start, end), whole.subarray(start, end));
      }),
    );
  });

  it('tell where a misplaced piece comes from', () => {
    const origin = fc.record({ seed: fc.constantFrom(1, 2, 3), offset: fc.nat(2 ** 33) });
    fc.assert(
      fc.property(origin, ({ seed, offset }) => {
        assert.deepEqual(findOrigin(bodyBytes(seed, offset, offset + 32), [1, 2, 3]), { seed, offset });
      }),
    );
  });

  it('name the seed and offset in a failed comparison', () => {
    const spliced = Buffer.concat([bodyBytes(1, 0, 100), bodyBytes(2, 0, 100)]);
    assert.throws(() => assertBody(spliced, 1, 0, [2]), /byte 100 of seed 1 holds seed 2 offset 0/);
  });
});

describe('fault server', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await FaultServer.start();
  });
  afterEach(() => server.close());

  it('serves the body in full and logs it', async () => {
    const reply = await get(server.serve('/a', { sizeBytes: 3_000_001, seed: 5 }));
    assert.equal(createHash('sha256').update(reply.body).digest('hex'), bodySha256(5, 3_000_001));
    const [{ bytesSent, isAborted } = {}] = server.requests;
    assert.deepEqual({ bytesSent, isAborted }, { bytesSent: 3_000_001, isAborted: false });
  });

  it('serves ranges, and whole bodies where If-Range does not hold', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5, etag: '"now"' });
    const part = await get(url, { range: 'bytes=10-19', 'if-range': '"now"' });
    assert.deepEqual([part.status, part.headers['content-range']], [206, 'bytes 10-19/1000']);
    assertBody(part.body, 5, 10);
    assert.equal((await get(url, { range: 'bytes=10-19', 'if-range': '"then"' })).status, 200);
    assert.equal((await get(url, { range: 'bytes=10-19', 'if-match': '"then"' })).status, 412);
    const beyond = await get(url, { range: 'bytes=1000-' });
    assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */1000']);
    assert.deepEqual([server.requests[0]?.rangeStart, server.requests[0]?.rangeEnd], [10, 19]);
  });

  it('cuts by FIN and by RST at the given byte', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5 });
    server.fault('/a', 0, { cut: { afterBytes: 100, by: 'fin' } });
    server.fault('/a', 1, { cut: { afterBytes: 100, by: 'rst' }, delayBodyMs: 20 });
    const byFin = await get(url);
    assert.deepEqual([byFin.body.length, byFin.error], [100, 'ECONNRESET']);
    assert.equal((await get(url)).error, 'ECONNRESET');
    assert.equal((await get(url)).body.length, 1000);
  });

  it('sends repeated, replaced and removed headers as they are', async () => {
    server.serve('/a', { sizeBytes: 3, seed: 5 });
    server.fault('/a', 0, { headers: { 'content-length': ['3', '4'], ETag: null } });
    const text = await exchange(server.port, 'GET /a HTTP/1.1\r\nConnection: close');
    assert.equal(text.match(/content-length/gi)?.length, 2);
    assert.doesNotMatch(text, /etag/i);
  });

  it('bends ranges: wrong offset, too short, ignored', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5 });
    server
      .fault('/a', 0, { shiftBytes: 8 })
      .fault('/a', 1, { maxRangeBytes: 5 })
      .fault('/a', 2, { ignoresRange: true });
    const shifted = await get(url, { range: 'bytes=0-99' });
    assertBody(shifted.body, 5, 8);
    assert.equal(shifted.headers['content-range'], 'bytes 0-99/1000');
    assert.equal((await get(url, { range: 'bytes=10-99' })).headers['content-range'], 'bytes 10-14/1000');
    assert.equal((await get(url, { range: 'bytes=10-99' })).status, 200);
  });

  it('sends chunked bodies with and without an end', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5 });
    server.fault('/a', 'all', { framing: 'chunked' });
    assertBody((await get(url)).body, 5);
    server.fault('/a', 'all', { framing: 'chunkedUnterminated' });
    assert.notEqual((await get(url)).error, null);
    server.fault('/a', 'all', { framing: 'badChunk' });
    assert.notEqual((await get(url)).error, null);
  });

  it('stops at a stall and knows that the client left', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5 });
    server.fault('/a', 0, { stallAfterBytes: 10 });
    const request = httpRequest(url, { agent: false }, (response) => {
      response.on('error', () => undefined).once('data', () => request.destroy());
    });
    request.on('error', () => undefined).end();
    await server.waitUntil(() => server.requests[0]?.isFinished ?? false);
    assert.equal(server.requests[0]?.bytesSent, 10);
  });

  it('pauses a body until it may go on', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5 });
    let open = (): void => undefined;
    server.fault('/a', 0, { pause: { afterBytes: 10, until: new Promise<void>((resolve) => (open = resolve)) } });
    const reply = get(url);
    await server.waitUntil(() => server.bodyBytesSent === 10);
    open();
    assertBody((await reply).body, 5);
  });

  it('holds an endless body back while the client does not read', async () => {
    const url = server.serve('/a', { sizeBytes: 1000, seed: 5 });
    server.fault('/a', 0, { isEndless: true, framing: 'close' });
    const request = httpRequest(url, { agent: false }, (response) => response.pause());
    request.on('error', () => undefined).end();
    await server.waitUntil(() => server.bodyBytesSent > 1_000_000);
    request.destroy();
    await server.waitUntil(() => server.requests[0]?.isFinished ?? false);
    assert.equal(server.requests[0]?.isAborted, true);
    assert.ok(server.bodyBytesSent < 64 << 20);
  });

  it('answers 429 above its connection limit', async () => {
    const limited = await FaultServer.start({ connectionLimit: { count: 1, above: 429, retryAfter: '3' } });
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const url = limited.serve('/a', { sizeBytes: 10, seed: 5 });
    limited.fault('/a', 0, { bodyGate: gate });
    const first = get(url);
    await limited.waitUntil(() => limited.requests.length === 1);
    const second = await get(url);
    assert.deepEqual([second.status, second.headers['retry-after']], [429, '3']);
    open();
    assert.equal((await first).status, 200);
    await limited.close();
  });

  it('serves https and cuts it by RST', async () => {
    const secure = await FaultServer.start({ certificate: 'loopback' });
    const url = secure.serve('/a', { sizeBytes: 500_000, seed: 5 });
    secure.fault('/a', 1, { cut: { afterBytes: 100, by: 'rst' }, delayBodyMs: 20 });
    assertBody((await get(url)).body, 5);
    assert.equal((await get(url)).error, 'ECONNRESET');
    await secure.close();
  });

  it('hands out signed URLs that expire', async () => {
    const signed = new SignedUrls(server, server, { sizeBytes: 10, seed: 5 });
    const location = (await get(signed.url)).headers.location ?? '';
    assert.equal((await get(location)).status, 200);
    signed.expireAll();
    assert.equal((await get(location)).status, 403);
    assert.equal((await get((await get(signed.url)).headers.location ?? '')).status, 200);
  });
});
