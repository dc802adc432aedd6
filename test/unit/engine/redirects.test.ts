import assert from 'node:assert/strict';
import { openFollowing, type FollowRequest } from '../../../src/engine/redirects';
import { readTestCa } from '../../support/certificates';
import { RawServer, type RawHandler } from '../../support/rawServer';
import { disposeClients, failsWith, makeClient, person, readAll } from './networkFixture';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A redirect with a small body, as servers send. */
function redirect(location: string, status = 302, headers = ''): string {
  return `HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\n${headers}Content-Length: 5\r\n\r\nmoved`;
}

function pathOf(head: string): string {
  return head.split(' ')[1] ?? '';
}

describe('openFollowing', () => {
  const servers: RawServer[] = [];
  const start = async (handler: RawHandler, isSecure = false): Promise<RawServer> => {
    const server = await RawServer.start(handler, isSecure ? 'loopback' : undefined);
    servers.push(server);
    return server;
  };
  /** Answers `/` with the text, everything else with a file. */
  const startWith = (text: string, isSecure = false) =>
    start((socket, head) => void socket.write(pathOf(head) === '/' ? text : OK, 'latin1'), isSecure);
  const follow = (url: string, request: Partial<FollowRequest> = {}) =>
    openFollowing(makeClient({ extraCertificates: [readTestCa()] }), {
      url: new URL(url),
      headers: {},
      signal: new AbortController().signal,
      addressPolicy: person,
      ...request,
    });

  afterEach(async () => {
    await disposeClients();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  for (const status of [301, 302, 303, 307, 308]) {
    it(`follows a ${status} and tells every hop with its headers`, async () => {
      const server = await startWith(redirect('/file?a=b', status, 'X-Linked-ETag: "abc"\r\n'));
      const { response, finalUrl, hops } = await follow(`http://127.0.0.1:${server.port}/#sha256=1`);
      assert.equal((await readAll(response)).body.toString(), 'ok');
      assert.equal(finalUrl.href, `http://127.0.0.1:${server.port}/file?a=b#sha256=1`);
      assert.deepEqual(
        hops.map(({ url, head }) => [url.pathname, head.status, head.headers.get('x-linked-etag')]),
        [['/', status, '"abc"']],
      );
      assert.equal(server.connections, 1);
    });
  }

  it('follows ten redirects', async () => {
    const server = await start((socket, head) => {
      const step = Number(pathOf(head).slice(1));
      socket.write(step < 10 ? redirect(`/${step + 1}`) : OK);
    });
    const { response, hops } = await follow(`http://127.0.0.1:${server.port}/0`);
    assert.equal(hops.length, 10);
    await readAll(response);
  });

  describe('A53', () => {
    it('A53 stops after ten', async () => {
      const server = await start(
        (socket, head) => void socket.write(redirect(`/${Number(pathOf(head).slice(1)) + 1}`)),
      );
      await assert.rejects(follow(`http://127.0.0.1:${server.port}/0`), failsWith('tooManyRedirects', /more than 10/));
      assert.equal(server.requests.length, 11);
    });

    it('A53 stops in a circle as soon as it closes', async () => {
      const server = await start((socket, head) => void socket.write(redirect(pathOf(head) === '/a' ? '/b' : '/a')));
      await assert.rejects(follow(`http://127.0.0.1:${server.port}/a`), failsWith('tooManyRedirects', /circle/));
      assert.equal(server.requests.length, 2);
    });

    const bad: readonly (readonly [string, string])[] = [
      ['no Location', 'HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n'],
      ['two Locations', redirect('/a', 302, 'Location: /b\r\n')],
      ['a Location that is no URL', redirect('http://[bad/')],
      ['a 304 that nobody asked for', 'HTTP/1.1 304 Not Modified\r\n\r\n'],
      ['a 300', redirect('/a', 300)],
      ['a 305', redirect('/a', 305)],
    ];
    for (const [name, answer] of bad) {
      it(`A53 ${name} is never a file, and no reason to ask again`, async () => {
        const server = await startWith(answer);
        await assert.rejects(
          follow(`http://127.0.0.1:${server.port}/`),
          (error: { code: string; details: { isFinal?: boolean } }) => {
            assert.equal(error.code, 'protocolViolation');
            assert.equal(error.details.isFinal, true);
            return true;
          },
        );
        assert.equal(server.requests.length, 1);
      });
    }
  });

  describe('what goes to another origin', () => {
    const headers = {
      Authorization: 'Bearer SECRET',
      Cookie: 'a=SECRET',
      'X-Api-Key': 'SECRET',
      'PRIVATE-TOKEN': 'SECRET',
      'X-JFrog-Art-Api': 'SECRET',
      Range: 'bytes=5-',
      'If-Range': '"tag"',
      Accept: '*/*',
      'User-Agent': 'mine/1',
    };

    it('C07 C08 only range, validators, accept and user agent', async () => {
      const target = await start((socket) => void socket.write(OK));
      const server = await startWith(redirect(`http://127.0.0.1:${target.port}/x`));
      await readAll((await follow(`http://127.0.0.1:${server.port}/`, { headers })).response);
      assert.match(server.requests[0] ?? '', /X-Api-Key: SECRET/);
      const sent = (target.requests[0] ?? '').toLowerCase();
      assert.doesNotMatch(sent, /secret/);
      for (const kept of [
        'range: bytes=5-',
        'if-range: "tag"',
        'accept: */*',
        'user-agent: mine/1',
        'accept-encoding: identity',
      ]) {
        assert.ok(sent.includes(kept), kept);
      }
    });

    it('C07 another name for the same server is another origin', async () => {
      const server = await start((socket, head) => {
        const port = /:(\d+)$/m.exec(head.match(/host: .*/i)?.[0] ?? '')?.[1] ?? '';
        socket.write(pathOf(head) === '/' ? redirect(`http://localhost:${port}/x`) : OK);
      });
      await readAll((await follow(`http://127.0.0.1:${server.port}/`, { headers })).response);
      assert.doesNotMatch(server.requests[1] ?? '', /SECRET/);
    });

    it('C07 from http to https of the same host drops them too', async () => {
      const target = await start((socket) => void socket.write(OK), true);
      const server = await startWith(redirect(`https://127.0.0.1:${target.port}/x`));
      await readAll((await follow(`http://127.0.0.1:${server.port}/`, { headers })).response);
      assert.doesNotMatch(target.requests[0] ?? '', /SECRET/);
    });

    it('C08 all of them on the same origin', async () => {
      const server = await startWith(redirect('/x'));
      await readAll((await follow(`http://127.0.0.1:${server.port}/`, { headers })).response);
      assert.equal((server.requests[1] ?? '').match(/SECRET/g)?.length, 5);
    });

    it('C07 what was dropped stays dropped on the way back', async () => {
      const home = await start((socket, head) => void socket.write(pathOf(head) === '/' ? redirect(away()) : OK));
      const foreign = await startWith(redirect(`http://127.0.0.1:${home.port}/chosen-by-foreign`));
      const away = (): string => `http://localhost:${foreign.port}/`;
      await readAll((await follow(`http://127.0.0.1:${home.port}/`, { headers })).response);
      assert.equal(home.requests.length, 2);
      assert.doesNotMatch(home.requests[1] ?? '', /SECRET/);
    });

    it('C09 userinfo becomes a header for its origin alone', async () => {
      const target = await start((socket) => void socket.write(OK));
      const server = await startWith(redirect(`http://127.0.0.1:${target.port}/x`));
      const { response, finalUrl, hops } = await follow(`http://me:p%40ss@127.0.0.1:${server.port}/`);
      await readAll(response);
      const basic = Buffer.from('me:p@ss').toString('base64');
      assert.ok((server.requests[0] ?? '').includes(`Authorization: Basic ${basic}`));
      assert.doesNotMatch(target.requests[0] ?? '', /authorization/i);
      for (const url of [finalUrl, ...hops.map((hop) => hop.url)]) assert.doesNotMatch(url.href, /me|p%40ss/);
    });

    it('C09 C17 says where it landed, for whom, and by whose choice', async () => {
      const home = await start((socket, head) => {
        socket.write(head.startsWith('GET /end ') ? OK : redirect('/end'));
      });
      const stayed = await follow(`http://me:secret@127.0.0.1:${home.port}/`);
      await readAll(stayed.response);
      assert.equal(stayed.landing?.url.href, `http://me:secret@127.0.0.1:${home.port}/end`);
      assert.deepEqual([stayed.landing.isSameOrigin, stayed.landing.redirectedFrom], [true, 'loopback']);
      const foreign = await startWith(redirect(`http://127.0.0.1:${home.port}/end`));
      const left = await follow(`http://me:secret@127.0.0.1:${foreign.port}/`);
      await readAll(left.response);
      assert.equal(left.landing?.url.href, `http://127.0.0.1:${home.port}/end`);
      assert.equal(left.landing.isSameOrigin, false);
      const direct = await follow(`http://127.0.0.1:${home.port}/end`);
      await readAll(direct.response);
      assert.equal(direct.landing, null);
    });

    it('C09 userinfo in a Location is not adopted', async () => {
      const target = await start((socket) => void socket.write(OK));
      const server = await startWith(redirect(`http://evil:creds@127.0.0.1:${target.port}/x`));
      const { response, finalUrl } = await follow(`http://127.0.0.1:${server.port}/`);
      await readAll(response);
      assert.doesNotMatch(target.requests[0] ?? '', /authorization/i);
      assert.equal(finalUrl.username, '');
    });

    it('C14 keeps no cookies', async () => {
      const server = await startWith(redirect('/x', 302, 'Set-Cookie: session=1\r\n'));
      await readAll((await follow(`http://127.0.0.1:${server.port}/`)).response);
      assert.doesNotMatch(server.requests[1] ?? '', /cookie/i);
    });
  });

  describe('where it does not go', () => {
    it('C12 from https to http, not even a connection', async () => {
      const target = await start((socket) => void socket.write(OK));
      const server = await startWith(redirect(`http://127.0.0.1:${target.port}/x`), true);
      await assert.rejects(follow(`https://127.0.0.1:${server.port}/`), failsWith('insecureRedirect'));
      assert.equal(target.connections, 0);
    });

    for (const location of [
      'file:///etc/passwd',
      'data:text/plain,x',
      'ftp://host/x',
      'gopher://h/',
      'vscode://a/b',
      'javascript:1',
      '\\\\server\\share',
    ]) {
      it(`C13 to ${location}`, async () => {
        const server = await startWith(redirect(location));
        await assert.rejects(follow(`http://127.0.0.1:${server.port}/`), failsWith('unsupportedUrl'));
      });
    }

    it('C15 to a target with control characters', async () => {
      for (const location of ['/a\tb', '/a\0b', '/a\rb', '/a\u007fb']) {
        const server = await startWith(redirect(location));
        await assert.rejects(
          follow(`http://127.0.0.1:${server.port}/`),
          failsWith('protocolViolation'),
          JSON.stringify(location),
        );
        assert.equal(server.requests.length, 1);
      }
    });

    it('C15 a split Location is two headers, not one with a line break', async () => {
      const server = await startWith(redirect('/a\r\nX-Evil: 1'));
      const { response, finalUrl } = await follow(`http://127.0.0.1:${server.port}/`);
      assert.equal(finalUrl.pathname, '/a');
      await readAll(response);
    });

    it('C16 from a private server to link-local addresses, for anybody', async () => {
      const server = await startWith(redirect('http://169.254.169.254/latest/meta-data/'));
      await assert.rejects(follow(`http://127.0.0.1:${server.port}/`), failsWith('untrusted', /169\.254\.169\.254/));
    });

    it('C16 from a public server to this computer, even for a person', async () => {
      const server = await startWith(redirect('/x'));
      const addressPolicy = { ...person, redirectedFrom: 'public' as const };
      await assert.rejects(
        follow(`http://127.0.0.1:${server.port}/`, { addressPolicy }),
        failsWith('untrusted', /redirect from a public server/),
      );
      assert.equal(server.connections, 0);
    });

    it('C16 from a manifest’s consented host to one that was not named', async () => {
      const target = await start((socket) => void socket.write(OK));
      const server = await startWith(redirect(`http://localhost:${target.port}/x`));
      const addressPolicy = { ...person, source: 'manifest' as const, allowedPrivateHosts: ['127.0.0.1'] };
      await assert.rejects(
        follow(`http://127.0.0.1:${server.port}/`, { addressPolicy }),
        failsWith('untrusted', /localhost/),
      );
      assert.equal(target.connections, 0);
    });
  });

  it('takes non-ASCII targets as UTF-8', async () => {
    const server = await startWith(redirect(Buffer.from('/файл').toString('latin1')));
    const { response, finalUrl } = await follow(`http://127.0.0.1:${server.port}/`);
    assert.equal(finalUrl.pathname, '/%D1%84%D0%B0%D0%B9%D0%BB');
    await readAll(response);
  });

  it('does not wait for the body of a redirect that never ends', async () => {
    const server = await start((socket, head) => {
      if (pathOf(head) === '/') socket.write('HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100\r\n\r\nabc');
      else socket.write(OK);
    });
    const { response } = await follow(`http://127.0.0.1:${server.port}/`);
    assert.equal((await readAll(response)).body.toString(), 'ok');
    assert.equal(server.connections, 2);
  });

  it('hands error responses on as they are', async () => {
    const server = await startWith('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    const { response } = await follow(`http://127.0.0.1:${server.port}/`);
    assert.equal(response.head.status, 404);
    await response.discard();
  });
});
