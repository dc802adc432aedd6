// What a transfer that takes up earlier bytes judges before it fetches, all of it as a fresh one does.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { bodySha256 } from '../../support/body';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { FaultFs } from '../../support/faultFs';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const MIB = 1024 * 1024;
const SIZE = 300_000;
const CUT = 100_000;

describe('a transfer that is taken up', () => {
  let server: FaultServer;
  let engine: EngineUnderTest;
  let faultFs: FaultFs;

  beforeEach(async () => {
    server = await FaultServer.start();
    faultFs = new FaultFs();
    engine = await EngineUnderTest.start({ disk: { fileSystem: faultFs.fileSystem }, config: { retries: 0 } });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  /** Serves a file whose first response is cut, and lets one run meet that. */
  async function leaveUnfinished(object = {}, place = {}, cutAfterBytes = CUT): Promise<string> {
    const url = server.serve('/a.bin', { sizeBytes: SIZE, seed: 1, ...object });
    server.fault('/a.bin', 0, { cut: { afterBytes: cutAfterBytes, by: 'fin' } });
    assertFailed(await engine.fetch(url, place), 'truncated');
    await engine.restart();
    return url;
  }

  function serveChecksums(fileName: string): string {
    const url = server.serve('/sums', { sizeBytes: 1, seed: 1 });
    server.fault('/sums', 'all', { body: `${'0'.repeat(64)}  ${fileName}\n` });
    return url;
  }

  const reprDigest = `sha-256=:${Buffer.from(bodySha256(1, SIZE), 'hex').toString('base64')}:`;

  it('I1 is held against its checksum file', async () => {
    const url = await leaveUnfinished();
    assertFailed(await engine.fetch(url, { checksumUrl: serveChecksums('a.bin') }), 'integrityMismatch');
    assert.deepEqual(engine.listRoot(), []);
  });

  it('I1 is held against its checksum file where every byte is there already', async () => {
    faultFs.fail({ operation: 'link', nth: 1, errno: 'EIO', path: '/part' });
    const url = server.serve('/a.bin', { sizeBytes: 2 * MIB, seed: 1 });
    assertFailed(await engine.fetch(url), 'localIo');
    await engine.restart();
    assertFailed(await engine.fetch(url, { checksumUrl: serveChecksums('a.bin') }), 'integrityMismatch');
  });

  it('I1 is held against the hash that the server publishes', async () => {
    const url = await leaveUnfinished({ headers: { 'Repr-Digest': reprDigest } });
    assert.equal(assertDone(await engine.fetch(url), 1, SIZE).verifiedBy, 'published:repr-digest');
  });

  it('I1 is fetched anew where that hash does not hold', async () => {
    const url = await leaveUnfinished({ headers: { 'Repr-Digest': reprDigest } });
    server.fault('/a.bin', 1, { shiftBytes: 4 });
    assertDone(await engine.fetch(url), 1, SIZE);
  });

  it('B01 is refused where the disk has no room for the rest', async () => {
    const url = await leaveUnfinished({ sizeBytes: 16 * MIB }, {}, 2 * MIB);
    faultFs.freeBytes = 1000n;
    assertFailed(await engine.fetch(url), 'diskFull');
  });

  it('tells what it has when it starts', async () => {
    const url = await leaveUnfinished();
    const running = engine.begin(url);
    assertDone(await running.outcome, 1, SIZE);
    const started = running.events.filter((event) => event.type === 'started');
    assert.deepEqual(
      started.map(({ resumedBytes, totalBytes }) => [resumedBytes, totalBytes]),
      [[CUT, SIZE]],
    );
  });

  it('B09 fetches nothing where the name that the server gave is taken meanwhile', async () => {
    const place = { path: '', isFolder: true };
    const url = await leaveUnfinished({ headers: { 'Content-Disposition': 'attachment; filename="n.bin"' } }, place);
    writeFileSync(engine.folder.at('root', 'n.bin'), 'mine');
    const running = engine.begin(url, place);
    assertFailed(await running.outcome, 'destinationExists');
    assert.deepEqual(
      running.events.filter(({ type }) => type === 'started'),
      [],
    );
  });

  it('A38 stays unproven where only the end of a connection told its length', async () => {
    faultFs.fail({ operation: 'link', nth: 1, errno: 'EIO', path: '/part' });
    const url = server.serve('/a', { sizeBytes: SIZE, seed: 1, acceptsRanges: false });
    server.fault('/a', 'all', { framing: 'close', cut: { afterBytes: CUT, by: 'fin' } });
    assertFailed(await engine.fetch(url), 'localIo');
    await engine.restart();
    const outcome = await engine.fetch(url);
    assert.equal(outcome.type === 'done' && outcome.result.verifiedBy, 'none');
  });

  it('A58 keeps its bytes where a login page of another size answers', async () => {
    const url = server.serve('/a.csv', { sizeBytes: SIZE, seed: 1 });
    const wanted = { sizeBytes: SIZE };
    server.fault('/a.csv', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    server.fault('/a.csv', 1, { ignoresRange: true, body: '<html>', headers: { ETag: null } });
    assertFailed(await engine.fetch(url, wanted), 'truncated');
    assert.equal(assertFailed(await engine.fetch(url, wanted), 'sizeMismatch').details.keptBytes, CUT);
    assert.equal(assertDone(await engine.fetch(url, wanted), 1, SIZE).resumedBytes, CUT);
  });

  it('A18 finds the name of an empty file that is answered with 416', async () => {
    mkdirSync(engine.folder.at('root', 'sub'));
    const url = server.serve('/empty.txt', { sizeBytes: 0, seed: 1 });
    assertDone(await engine.fetch(url, { path: 'sub', isFolder: true }), 1, 0);
    assert.deepEqual(engine.listRoot(), ['sub/empty.txt']);
  });

  it('A18 holds an empty file against its checksum file', async () => {
    const url = server.serve('/empty.txt', { sizeBytes: 0, seed: 1 });
    assertFailed(await engine.fetch(url, { checksumUrl: serveChecksums('empty.txt') }), 'integrityMismatch');
  });
});
