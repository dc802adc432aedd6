// What happens to part files, journals and signed URLs between two runs. Through the whole engine.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { parseIntegrity } from '../../../src/assets/integrity';
import type { JournalRecord } from '../../../src/engine/journal';
import { formatJournal } from '../../../src/engine/journalFile';
import { bodySha256 } from '../../support/body';
import { assertNoCanary } from '../../support/canary';
import { EngineUnderTest } from '../../support/engineUnderTest';
import { FaultFs } from '../../support/faultFs';
import { FaultServer } from '../../support/faultServer';
import { assertDone, assertFailed } from '../../support/outcome';

const MIB = 1 << 20;
const SIZE = 3 * MIB;
const CUT = 2 * MIB;
const GIVEN = { integrity: parseIntegrity(`sha256:${bodySha256(1, SIZE)}`) };

describe('transfers between two runs', function () {
  this.timeout(20_000);
  let server: FaultServer;
  let engine: EngineUnderTest;
  let url: string;
  beforeEach(async () => {
    server = await FaultServer.start();
    engine = await EngineUnderTest.start({ config: { retries: 0 } });
    url = server.serve('/a', { sizeBytes: SIZE, seed: 1 });
  });
  afterEach(async () => {
    await engine.dispose();
    await server.close();
  });

  /** A first run that ends after two of three MiB, with its bytes kept. */
  async function interrupt(wanted: Parameters<EngineUnderTest['fetch']>[1] = {}, from = url): Promise<void> {
    server.fault('/a', 0, { cut: { afterBytes: CUT, by: 'fin' } });
    const error = assertFailed(await engine.fetch(from, wanted), 'truncated');
    assert.equal(error.details.keptBytes, CUT);
    await engine.restart();
  }

  function stateFile(name: string): string {
    const found = engine.listState().find((file) => file.endsWith(`/${name}`));
    return engine.folder.at(found ?? assert.fail(`${name} is missing`));
  }

  async function assertStartsOver(wanted: Parameters<EngineUnderTest['fetch']>[1] = {}): Promise<void> {
    const running = engine.begin(url, wanted);
    const result = assertDone(await running.outcome, 1, SIZE);
    assert.equal(result.resumedBytes, 0);
    assert.equal(result.fetchedBytes, SIZE);
    assert.equal(server.requests.length, 2);
    assert.equal(server.requests[1]?.rangeStart, 0);
    assert.equal(server.requests[1].headers['if-range'], undefined);
    assert.deepEqual(
      running.events.filter(({ type }) => type === 'retrying'),
      [],
    );
    assert.deepEqual(engine.listState(), []);
  }

  it('goes on where nothing was touched', async () => {
    await interrupt();
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(result.resumedBytes, CUT);
    assert.equal(result.fetchedBytes, SIZE - CUT);
  });

  it('goes on more than once', async () => {
    await interrupt();
    server.fault('/a', 1, { cut: { afterBytes: MIB / 2, by: 'rst' } });
    assertFailed(await engine.fetch(url), 'connectFailed', 'truncated');
    await engine.restart();
    const result = assertDone(await engine.fetch(url), 1, SIZE);
    assert.equal(result.resumedBytes, server.requests[2]?.rangeStart);
    assert.ok(result.resumedBytes >= CUT);
  });

  for (const wanted of [{}, GIVEN]) {
    const how = 'integrity' in wanted ? 'with a given hash' : 'without a hash';

    it(`B16 starts over without a word where the part file was deleted (${how})`, async () => {
      await interrupt(wanted);
      rmSync(stateFile('part'));
      await assertStartsOver(wanted);
    });

    it(`B19 starts over where the part file was cut (${how})`, async () => {
      await interrupt(wanted);
      truncateSync(stateFile('part'), CUT - 1);
      await assertStartsOver(wanted);
    });

    it(`B19 starts over where bytes of the part file were changed (${how})`, async () => {
      await interrupt(wanted);
      const part = stateFile('part');
      const { atime, mtime } = statSync(part);
      const bytes = readFileSync(part);
      bytes[1234] = (bytes[1234] ?? 0) ^ 1;
      writeFileSync(part, bytes);
      utimesSync(part, atime, mtime);
      await assertStartsOver(wanted);
    });

    for (const [what, damaged] of [
      ['empty', Buffer.alloc(0)],
      ['of zeros', Buffer.alloc(600)],
      ['cut', null],
      ['of other bytes', Buffer.from('{"version":1,"record":{}}')],
    ] as const) {
      it(`B20 starts over where the journal is ${what}, keeping it for whoever wants to know (${how})`, async () => {
        await interrupt(wanted);
        const journal = stateFile('journal.json');
        writeFileSync(journal, damaged ?? readFileSync(journal).subarray(0, 300));
        await assertStartsOver(wanted);
        assert.match(JSON.stringify(engine.messages), /journal\.json is damaged/);
      });
    }
  }

  it('B19 finds by the hash what was changed after a kill, and fetches all of it once more', async () => {
    await interrupt(GIVEN);
    const [journal, part] = [stateFile('journal.json'), stateFile('part')];
    const { bootId, record } = JSON.parse(readFileSync(journal, 'utf8')) as { bootId: string; record: JournalRecord };
    const unstamped: JournalRecord = { ...record, partStamp: undefined };
    writeFileSync(journal, formatJournal(bootId, unstamped));
    writeFileSync(part, Buffer.alloc(CUT));
    const result = assertDone(await engine.fetch(url, GIVEN), 1, SIZE);
    assert.equal(result.fetchedBytes, SIZE - CUT + SIZE);
    assert.equal(server.requests[1]?.rangeStart, CUT);
    assert.equal(server.requests[2]?.rangeStart, null);
  });

  it('B23 B19 counts on no times of a part file while it writes to it: a kill may come', async () => {
    await interrupt();
    const readJournal = (): string => readFileSync(stateFile('journal.json'), 'utf8');
    assert.match(readJournal(), /partStamp/);
    server.fault('/a', 1, { stallAfterBytes: 1000 });
    const running = engine.begin(url);
    await server.waitUntil(() => server.requests.length === 2);
    assert.doesNotMatch(readJournal(), /partStamp/);
    engine.cancel(running.id);
    assertFailed(await running.outcome, 'cancelled');
    assert.match(readJournal(), /partStamp/);
  });

  it('B29 removes nothing where another process has taken the folder over', async () => {
    server.fault('/a', 0, { stallAfterBytes: 1000 });
    const running = engine.begin(url);
    await engine.waitUntil(() => running.events.some((event) => event.type === 'progress' && event.receivedBytes > 0));
    const lease = stateFile('lease.json');
    const theirs = readFileSync(lease, 'utf8').replace(/"ownerId":"[^"]+"/, `"ownerId":"${randomUUID()}"`);
    writeFileSync(`${lease}.new`, theirs);
    renameSync(`${lease}.new`, lease);
    server.resetConnections();
    assertFailed(await running.outcome, 'busy', 'truncated', 'connectFailed');
    assert.equal(readFileSync(lease, 'utf8'), theirs);
    assert.ok(statSync(stateFile('part')).isFile());
    assert.ok(statSync(stateFile('journal.json')).isFile());
  });

  it('B21 refuses what a newer version began, and changes nothing of it', async () => {
    await interrupt();
    const [journal, part] = [stateFile('journal.json'), stateFile('part')];
    const newer = readFileSync(journal, 'utf8').replace('"version":1', '"version":2');
    writeFileSync(journal, newer);
    const before = engine.listState();
    const error = assertFailed(await engine.fetch(url), 'localIo');
    assert.match(error.message, /newer version/);
    assert.equal(server.requests.length, 1);
    assert.equal(readFileSync(journal, 'utf8'), newer);
    assert.equal(statSync(part).size, CUT);
    assert.deepEqual(engine.listState(), before);
    assert.deepEqual(engine.listRoot(), []);
  });

  for (const [operation, path] of [
    ['open', '/part'],
    ['readFile', 'journal.json'],
    ['rename', 'journal.json'],
  ] as const) {
    it(`B07 keeps what is there where ${operation} of ${path} fails once at the start of a resume`, async () => {
      await engine.dispose();
      const faultFs = new FaultFs();
      engine = await EngineUnderTest.start({ config: { retries: 0 }, disk: { fileSystem: faultFs.fileSystem } });
      await interrupt();
      faultFs.fail({ operation, path, nth: 1, errno: 'EIO' });
      assertFailed(await engine.fetch(url), 'localIo');
      assert.equal(assertDone(await engine.fetch(url), 1, SIZE).resumedBytes, CUT);
    });
  }

  describe('C45 of a signed URL', () => {
    const token = 'CANARY-5ab0c2';
    let signed: string;
    let signedAnew: string;
    beforeEach(() => {
      signed = `${url}?X-Amz-Signature=${token}`;
      signedAnew = `${url}?X-Amz-Signature=another`;
    });

    it('keeps no query on disk', async () => {
      await interrupt({}, signed);
      assertNoCanary(token, { folders: [engine.folder.path], texts: { messages: engine.messages } });
      const unfinished = await engine.listUnfinished();
      assert.deepEqual(
        unfinished.map(({ displayUrl, isUrlRedacted }) => [displayUrl, isUrlRedacted]),
        [[url, true]],
      );
    });

    it('goes on with the whole URL', async () => {
      await interrupt({}, signed);
      assert.equal(assertDone(await engine.fetch(signed), 1, SIZE).resumedBytes, CUT);
      assert.equal(server.requests[1]?.rangeStart, CUT);
    });

    it('starts over with another query, which may name another file', async () => {
      await interrupt({}, signed);
      assert.equal(assertDone(await engine.fetch(signedAnew), 1, SIZE).resumedBytes, 0);
      assert.equal(server.requests[1]?.rangeStart, 0);
    });

    it('goes on with another query where a given hash decides', async () => {
      await interrupt(GIVEN, signed);
      assert.equal(assertDone(await engine.fetch(signedAnew, GIVEN), 1, SIZE).resumedBytes, CUT);
    });
  });

  for (const status of [404, 403, 503]) {
    for (const framing of ['length', 'chunked'] as const) {
      it(`C52 does not read a long body of ${status} (${framing})`, async () => {
        // The kernel's buffers take a few MiB, whoever reads.
        const body = Buffer.alloc(10 * MIB, '<script>alert(1)</script>');
        server.fault('/a', 'all', { status, body, framing, bytesPerSecond: 200 * MIB });
        const error = assertFailed(await engine.fetch(url), 'httpStatus');
        assert.doesNotMatch(error.message, /script/);
        assert.equal(error.details.status, status);
        await server.waitUntil(() => server.requests.every(({ isFinished }) => isFinished));
        assert.ok(server.requests.every(({ isAborted, bytesSent }) => isAborted && bytesSent < body.length));
      });
    }
  }
});
