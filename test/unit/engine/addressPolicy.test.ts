import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  classifyAddress,
  classifyHostname,
  isAddressAllowed,
  type AddressKind,
  type AddressPolicy,
} from '../../../src/engine/addressPolicy';
import { RawServer } from '../../support/rawServer';
import { ask, disposeClients, failsWith, makeClient, person, readAll } from './networkFixture';

describe('addressPolicy', () => {
  const kinds: readonly (readonly [AddressKind, readonly string[]])[] = [
    [
      'public',
      ['8.8.8.8', '1.1.1.1', '100.63.255.255', '100.128.0.1', '172.15.255.255', '172.32.0.1', '169.253.255.255'],
    ],
    [
      'public',
      ['2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '2002:808:808::1', '126.255.255.255', '128.0.0.1'],
    ],
    ['loopback', ['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '::1', '::', '[::1]', '0:0:0:0:0:0:0:1']],
    [
      'loopback',
      ['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '::ffff:0:127.0.0.1'],
    ],
    [
      'private',
      [
        '10.0.0.1',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        '198.18.0.1',
        '224.0.0.1',
        '255.255.255.255',
      ],
    ],
    [
      'private',
      [
        'fc00::1',
        'fdff::1',
        'fec0::1',
        'ff02::1',
        '::ffff:10.0.0.1',
        '64:ff9b::a00:1',
        '64:ff9b:1::1',
        '2002:c0a8:101::1',
      ],
    ],
    [
      'linkLocal',
      [
        '169.254.169.254',
        '169.254.0.1',
        'fe80::1',
        'fe80::1%eth0',
        'febf::1',
        'fd00:ec2::254',
        '100.100.100.200',
        '192.0.0.192',
        '168.63.129.16',
      ],
    ],
    ['linkLocal', ['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '::ffff:a9fe:a9fe', '2002:a9fe:a9fe::1']],
  ];
  for (const [kind, addresses] of kinds) {
    for (const address of addresses) {
      it(`C16 ${address} is ${kind}`, () => assert.equal(classifyAddress(address), kind));
    }
  }

  it('C16 never takes rubbish for public', () => {
    fc.assert(fc.property(fc.string(), (text) => /^[\d.:a-f%[\]]+$/i.test(text) || classifyAddress(text) !== 'public'));
  });

  it('C16 gives an IPv4 address the same kind in every IPv6 form', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const high = ((a << 8) | b).toString(16);
        const low = ((c << 8) | d).toString(16);
        for (const form of [
          `::ffff:${address}`,
          `::ffff:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
        ]) {
          assert.equal(classifyAddress(form), classifyAddress(address), form);
        }
      }),
    );
  });

  it('C16 sees through decimal, octal and hexadecimal addresses in URLs', () => {
    for (const host of ['2130706433', '0x7f.1', '017700000001', '127.1', '0', '[::ffff:7f00:1]']) {
      assert.equal(classifyHostname(new URL(`http://${host}/`).hostname), 'loopback', host);
    }
    assert.equal(classifyHostname(new URL('http://2852039166/').hostname), 'linkLocal');
  });

  it('C16 knows names that need no resolving', () => {
    assert.equal(classifyHostname('localhost'), 'loopback');
    assert.equal(classifyHostname('a.LOCALHOST.'), 'loopback');
    assert.equal(classifyHostname('metadata.google.internal'), 'linkLocal');
    assert.equal(classifyHostname('example.com'), null);
  });

  const manifest: AddressPolicy = { ...person, source: 'manifest' };
  const consented: AddressPolicy = { ...manifest, allowedPrivateHosts: ['host.test'] };
  const rows: readonly (readonly [string, AddressPolicy, readonly AddressKind[]])[] = [
    ['a person’s URL goes anywhere', person, ['public', 'private', 'loopback', 'linkLocal']],
    ['a manifest’s URL stays in public', manifest, ['public']],
    ['a link’s URL stays in public', { ...manifest, source: 'link' }, ['public']],
    [
      'consent that names the host opens private networks, not link-local',
      consented,
      ['public', 'private', 'loopback'],
    ],
    ['consent to another host opens nothing', { ...manifest, allowedPrivateHosts: ['other.test'] }, ['public']],
    [
      'a public server’s redirect stays in public, whoever gave the URL',
      { ...person, redirectedFrom: 'public' },
      ['public'],
    ],
    [
      'a public server’s redirect stays in public despite consent',
      { ...consented, redirectedFrom: 'public' },
      ['public'],
    ],
    [
      'a private server’s redirect stays in the neighbourhood',
      { ...person, redirectedFrom: 'private' },
      ['public', 'private', 'loopback'],
    ],
    [
      'a private server’s redirect of a manifest’s URL needs consent again',
      { ...manifest, redirectedFrom: 'private' },
      ['public'],
    ],
  ];
  for (const [name, policy, allowed] of rows) {
    it(`C16 ${name}`, () => {
      const url = new URL('http://host.test/');
      const found = (['public', 'private', 'loopback', 'linkLocal'] as const).filter((kind) =>
        isAddressAllowed(policy, url, kind),
      );
      assert.deepEqual(found, allowed);
    });
  }

  describe('at connect time', () => {
    let server: RawServer;
    beforeEach(async () => {
      server = await RawServer.start((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
    afterEach(async () => {
      await disposeClients();
      await server.close();
    });

    it('C16 refuses a manifest’s loopback URL without connecting, and says what to do', async () => {
      for (const host of ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '[::ffff:127.0.0.1]', '2130706433']) {
        const request = ask(`http://${host}:${server.port}/`, { addressPolicy: manifest });
        await assert.rejects(makeClient().request(request), failsWith('untrusted', /Allow this host by name/), host);
      }
      assert.equal(server.connections, 0);
    });

    it('C16 lets consent by name through', async () => {
      const addressPolicy = { ...manifest, allowedPrivateHosts: ['127.0.0.1'] };
      const response = await makeClient().request(ask(`http://127.0.0.1:${server.port}/`, { addressPolicy }));
      assert.equal((await readAll(response)).body.toString(), 'ok');
    });

    it('C16 judges every address that a name resolves to', async () => {
      const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      const request = ask(`http://innocent.test:${server.port}/`, { addressPolicy: manifest });
      await assert.rejects(makeClient({}, resolve).request(request), failsWith('untrusted', /innocent\.test/));
      assert.equal(server.connections, 0);
    });

    it('C17 dials the very address that was judged', async () => {
      const answers = ['127.0.0.1', '169.254.169.254'];
      let asked = 0;
      // The second answer is what a rebinding attacker would have us dial after the check.
      const resolve = () => Promise.resolve([{ address: answers[asked++] ?? '', family: 4 }]);
      const addressPolicy = { ...manifest, allowedPrivateHosts: ['rebind.test'] };
      const client = makeClient({}, resolve);
      const response = await client.request(ask(`http://rebind.test:${server.port}/`, { addressPolicy }));
      assert.deepEqual([response.connection.address, asked, server.connections], ['127.0.0.1', 1, 1]);
      response.abort();
    });

    it('C17 does not lend a person’s kept connection to a request that may not go there', async () => {
      const client = makeClient();
      const url = `http://127.0.0.1:${server.port}/`;
      await readAll(await client.request(ask(url)));
      await assert.rejects(client.request(ask(url, { addressPolicy: manifest })), failsWith('untrusted'));
      assert.equal(server.requests.length, 1);
    });
  });
});
