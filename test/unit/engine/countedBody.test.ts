import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { HttpClient } from '../../../src/engine/http';
import type { HttpResponse } from '../../../src/engine/httpResponse';
import { readTestCa } from '../../support/certificates';
import { RawServer, writeAndCut, type RawHandler } from '../../support/rawServer';
import { ask, disposeClients, failsWith, makeClient, readAll } from './networkFixture';

const BODY = randomBytes(3_000_000);
const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n`;

function makeTrustingClient(): HttpClient {
  return makeClient({ extraCertificates: [readTestCa()] });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function sendWhole(socket: Socket, headers = ''): void {
  socket.write(`${HEAD}${headers}\r\n`);
  socket.write(BODY);
}

for (const transport of ['http', 'https'] as const) {
  describe(`a long body of known length over ${transport}`, () => {
    const servers: RawServer[] = [];
    const serve = async (handler: RawHandler): Promise<{ url: string; server: RawServer }> => {
      const server = await RawServer.start(handler, transport === 'https' ? 'loopback' : undefined);
      servers.push(server);
      return { url: `${transport}://127.0.0.1:${server.port}/`, server };
    };
    /** Reads, hashes each chunk at once and gives its memory back. */
    const hashAndRelease = async (response: HttpResponse): Promise<{ hash: string; buffers: Set<ArrayBufferLike> }> => {
      const hash = createHash('sha256');
      const buffers = new Set<ArrayBufferLike>();
      await response.read((chunk, release) => {
        hash.update(chunk);
        buffers.add(chunk.buffer);
        release();
        release();
      });
      return { hash: hash.digest('hex'), buffers };
    };

    afterEach(async () => {
      await disposeClients();
      await Promise.all(servers.splice(0).map((server) => server.close()));
    });

    it('arrives whole, on a connection that is used again and again', async () => {
      const { url, server } = await serve((socket) => sendWhole(socket));
      const client = makeTrustingClient();
      for (let round = 0; round < 4; round++) {
        const { end, body } = await readAll(await client.request(ask(url)));
        assert.deepEqual([end, sha256(body)], ['complete', sha256(BODY)]);
      }
      assert.equal(server.connections, 1);
    });

    it('shares its connection with short and chunked bodies', async () => {
      const answers = [
        (socket: Socket) => sendWhole(socket),
        (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
        (socket: Socket) =>
          void socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
      ];
      const { url, server } = await serve((socket, _head, index) => answers[index % 3]?.(socket));
      const client = makeTrustingClient();
      for (let round = 0; round < 6; round++) {
        const { body } = await readAll(await client.request(ask(url)));
        assert.equal(body.length, round % 3 === 0 ? BODY.length : 2);
      }
      assert.equal(server.connections, 1);
    });

    it('D08 reads into memory that was given back', async () => {
      const { url } = await serve((socket) => sendWhole(socket));
      const client = makeTrustingClient();
      const all = new Set<ArrayBufferLike>();
      for (let round = 0; round < 4; round++) {
        const { hash, buffers } = await hashAndRelease(await client.request(ask(url)));
        assert.equal(hash, sha256(BODY));
        for (const buffer of buffers) all.add(buffer);
      }
      // 12 MB passed; one block is read into, one may be waiting, and undici read the heads.
      assert.ok(all.size <= 8, `${all.size} blocks`);
    });

    it('leaves chunks alone that were not given back', async () => {
      const { url } = await serve((socket) => sendWhole(socket));
      const client = makeTrustingClient();
      const first = await readAll(await client.request(ask(url)));
      for (let round = 0; round < 3; round++) await hashAndRelease(await client.request(ask(url)));
      assert.equal(sha256(first.body), sha256(BODY));
    });

    it('D05 loses nothing, and gives no more while paused than was read in one go', async () => {
      const { url } = await serve((socket) => sendWhole(socket));
      const client = makeTrustingClient();
      for (let round = 0; round < 2; round++) {
        const response = await client.request(ask(url));
        const hash = createHash('sha256');
        let isPaused = false;
        let whilePaused = 0;
        let mostWhilePaused = 0;
        const end = await response.read((chunk) => {
          whilePaused = isPaused ? whilePaused + chunk.length : 0;
          mostWhilePaused = Math.max(mostWhilePaused, whilePaused);
          hash.update(chunk);
          isPaused = true;
          response.pause();
          setImmediate(() => {
            isPaused = false;
            response.resume();
          });
        });
        assert.equal(end, 'complete');
        assert.equal(hash.digest('hex'), sha256(BODY));
        // A block off the socket, and what undici had read beyond the head; TLS makes records of it, one by one.
        assert.ok(mostWhilePaused <= (256 + 64) * 1024, `${mostWhilePaused} bytes`);
      }
    });

    it('D05 stops the sender while paused', async () => {
      let taken = 0;
      const { url } = await serve((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n');
        const more = (): void => {
          taken += 65536;
          if (taken < 64e6) socket.write(Buffer.alloc(65536), more);
        };
        more();
      });
      const response = await makeTrustingClient().request(ask(url));
      const reading = response.read(() => response.pause());
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.ok(taken < 32e6, `${taken} bytes were taken`);
      response.abort();
      await assert.rejects(reading, failsWith('cancelled'));
    });

    for (const cut of ['FIN', 'RST'] as const) {
      for (const length of [0, 1, 70_000, BODY.length - 1]) {
        for (const isPaused of [false, true]) {
          it(`A34 is truncated by a ${cut} after ${length} bytes${isPaused ? ' while paused' : ''}`, async () => {
            const text = `${HEAD}\r\n${BODY.subarray(0, length).toString('latin1')}`;
            const { url } = await serve((socket) => writeAndCut(socket, text, cut));
            // A reset may overtake the head.
            const response = await makeTrustingClient()
              .request(ask(url))
              .catch((error: unknown) => void failsWith('connectFailed')(error));
            if (!response) return;
            let received = 0;
            const reading = response.read((chunk) => {
              received += chunk.length;
              if (!isPaused) return;
              response.pause();
              setTimeout(() => response.resume(), 5);
            });
            await assert.rejects(reading, failsWith('truncated'));
            assert.ok(cut === 'FIN' ? received === length : received <= length, `${received} bytes`);
          });
        }
      }
    }

    it('A61 ends by abort, by signal and by what the callee throws, and leaves the connection', async () => {
      const { url, server } = await serve((socket) => sendWhole(socket));
      const client = makeTrustingClient();
      const reason = Symbol('enough');
      const first = await client.request(ask(url));
      await assert.rejects(
        first.read(() => first.abort(reason)),
        (error) => error === reason,
      );
      const controller = new AbortController();
      const second = await client.request(ask(url, { signal: controller.signal }));
      await assert.rejects(
        second.read(() => controller.abort()),
        failsWith('cancelled'),
      );
      const thrown = new Error('disk');
      const third = await client.request(ask(url));
      await assert.rejects(
        third.read(() => {
          throw thrown;
        }),
        (error) => error === thrown,
      );
      assert.equal(sha256((await readAll(await client.request(ask(url)))).body), sha256(BODY));
      assert.equal(server.connections, 4);
    });

    it('does not take bytes after the body for the next response', async () => {
      const { url, server } = await serve((socket) => {
        sendWhole(socket);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
      });
      const client = makeTrustingClient();
      for (let round = 0; round < 3; round++) {
        assert.equal(sha256((await readAll(await client.request(ask(url)))).body), sha256(BODY));
      }
      assert.equal(server.connections, 3);
    });

    it('does not take bytes that come while idle for the next response', async () => {
      let poison = (): Promise<unknown> => Promise.resolve();
      const { url, server } = await serve((socket) => {
        sendWhole(socket);
        poison = () => {
          const closed = once(socket, 'close');
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil');
          return closed;
        };
      });
      const client = makeTrustingClient();
      await readAll(await client.request(ask(url)));
      await poison();
      assert.equal(sha256((await readAll(await client.request(ask(url)))).body), sha256(BODY));
      assert.equal(server.connections, 2);
    });

    it('opens a new connection where the server closed the idle one, or had said that it would', async () => {
      const { url, server } = await serve((socket, _head, index) => {
        sendWhole(socket, index === 0 ? 'Connection: close\r\n' : '');
        if (index === 1) socket.end();
      });
      const client = makeTrustingClient();
      for (let round = 0; round < 3; round++) {
        assert.equal(sha256((await readAll(await client.request(ask(url)))).body), sha256(BODY));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.equal(server.connections, 3);
    });

    it('leaves no listeners behind on a connection that is used often', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on('warning', onWarning);
      const { url, server } = await serve((socket) => sendWhole(socket));
      const client = makeTrustingClient();
      for (let round = 0; round < 15; round++) await hashAndRelease(await client.request(ask(url)));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', onWarning);
      assert.equal(server.connections, 1);
      assert.deepEqual(warnings, []);
    });
  });
}

describe('a response that is cut', () => {
  const framings = {
    'Content-Length': 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello, world',
    chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nhello, \r\n5\r\nworld\r\n0\r\n\r\n',
  };
  for (const [framing, text] of Object.entries(framings)) {
    for (const cut of ['FIN', 'RST'] as const) {
      it(`A34 A36 is never complete, whatever the byte it is cut at (${framing}, ${cut})`, async () => {
        let at = 0;
        const server = await RawServer.start((socket) => writeAndCut(socket, text.slice(0, at), cut));
        try {
          for (at = 0; at < text.length; at++) {
            const client = makeClient();
            const ending = client
              .request(ask(`http://127.0.0.1:${server.port}/`))
              .then((response) => readAll(response));
            await assert.rejects(
              ending,
              (error: { code: string }) => ['truncated', 'connectFailed'].includes(error.code),
              `cut at ${at}`,
            );
            await client.dispose();
          }
        } finally {
          await server.close();
        }
      });
    }
  }
});
