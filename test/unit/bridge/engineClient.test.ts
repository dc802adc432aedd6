import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { FetchError, type FetchErrorCode } from '../../../src/assets/fetchError';
import { makeRequest, type FetchRequest } from '../../../src/assets/request';
import { EngineClient, type EngineClientTimeouts } from '../../../src/bridge/engineClient';
import { defaultEngineConfig, type EngineConfig, type TransferEvent } from '../../../src/bridge/protocol';
import { TempFolder } from '../../support/tempFolder';

const workerPath = fileURLToPath(new URL('../../support/scriptedEngine.mjs', import.meta.url));
const config: EngineConfig = { ...defaultEngineConfig, stateDir: '/nowhere', connectionsPerFile: 4 };
const deaf: EngineConfig = { ...config, userAgent: 'deaf' };

type Behaviour = 'done' | 'once' | 'fail' | 'throw' | 'exit' | 'silent' | 'forge' | 'block';

function requestTo(path: Behaviour): FetchRequest {
  return makeRequest({ urls: ['https://example.com/x'], root: '/root', path });
}

async function assertCode(promise: Promise<unknown>, code: FetchErrorCode): Promise<FetchError> {
  const error: unknown = await promise.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FetchError, String(error));
  assert.equal(error.code, code);
  return error;
}

describe('EngineClient', () => {
  const clients: EngineClient[] = [];
  const log: string[] = [];

  function makeClient(engineConfig = config, timeouts: Partial<EngineClientTimeouts> = {}): EngineClient {
    const onLog = (level: string, text: string): void => void log.push(`${level}: ${text}`);
    const client = new EngineClient({ workerPath, config: engineConfig, onLog, timeouts });
    clients.push(client);
    return client;
  }

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
    log.length = 0;
  });

  it('resolves with the result and passes the events on in order', async () => {
    const events: TransferEvent[] = [];
    const result = await makeClient().start(requestTo('done'), { onEvent: (event) => events.push(event) });
    assert.equal(result.path, '/root/done-1');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'done'],
    );
    assert.deepEqual(log, ['info: start done']);
  });

  it('configures the thread before the first transfer, and again when the settings change', async () => {
    const client = makeClient();
    assert.equal((await client.start(requestTo('done'))).connections, 4);
    client.configure({ ...config, connectionsPerFile: 2 });
    assert.equal((await client.start(requestTo('done'))).connections, 2);
  });

  it('rejects with the code and details of a failed transfer', async () => {
    const error = await assertCode(makeClient().start(requestTo('fail')), 'httpStatus');
    assert.equal(error.details.status, 404);
  });

  it('keeps transfers apart that run at once', async () => {
    const client = makeClient();
    const failing = assertCode(client.start(requestTo('fail')), 'httpStatus');
    assert.equal((await client.start(requestTo('done'))).bytes, 3);
    await failing;
  });

  for (const death of ['throw', 'exit'] as const) {
    it(`D10 fails every pending transfer when the thread dies twice by ${death}, and starts a new one for the next`, async () => {
      const client = makeClient();
      const waiting = assertCode(client.start(requestTo('silent')), 'engineCrashed');
      await assertCode(client.start(requestTo(death)), 'engineCrashed');
      await waiting;
      assert.equal((await client.start(requestTo('done'))).path, '/root/done-1', 'a new thread counts from one');
      assert.ok(log.some((line) => line.startsWith('error: The engine stopped')));
    });
  }

  it('D10 goes on in a new thread when the thread dies, the other transfers too', async () => {
    const folder = await TempFolder.make('crash');
    try {
      const client = makeClient({ ...config, stateDir: folder.path });
      const cancelling = new AbortController();
      const other = assertCode(client.start(requestTo('silent'), { signal: cancelling.signal }), 'cancelled');
      assert.equal((await client.start(requestTo('once'))).bytes, 3);
      cancelling.abort();
      assert.equal((await other).details.keptBytes, 7, 'it runs in the new thread');
    } finally {
      await folder.dispose();
    }
  });

  it('C54 believes nothing that breaks the protocol, and gives up on a thread that says it', async () => {
    const client = makeClient();
    await assertCode(client.start(requestTo('forge')), 'engineCrashed');
    assert.equal((await client.start(requestTo('done'))).bytes, 3);
  });

  it('cancels by signal and tells what was kept', async () => {
    const cancelling = new AbortController();
    const transfer = makeClient().start(requestTo('silent'), { signal: cancelling.signal });
    cancelling.abort();
    assert.equal((await assertCode(transfer, 'cancelled')).details.keptBytes, 7);
  });

  it('starts nothing when the signal was aborted before', async () => {
    await assertCode(makeClient().start(requestTo('done'), { signal: AbortSignal.abort() }), 'cancelled');
    assert.deepEqual(log, []);
  });

  it('pauses by the id that the events bear', async () => {
    const client = makeClient();
    await client.start(requestTo('done'));
    const transfer = client.start(requestTo('silent'));
    client.pause('2');
    assert.equal((await assertCode(transfer, 'cancelled')).message, 'pause');
  });

  it('rejects a cancelled transfer even where the thread never answers', async () => {
    const cancelling = new AbortController();
    const transfer = makeClient(deaf, { cancelMs: 20 }).start(requestTo('silent'), { signal: cancelling.signal });
    cancelling.abort();
    const { message, details } = await assertCode(transfer, 'cancelled');
    assert.match(message, /What was received is kept/);
    assert.deepEqual(details, { reason: 'unheard' });
  });

  it('ends a transfer whose listener throws', async () => {
    const onEvent = (): void => assert.fail('a defect of the display');
    assert.equal((await makeClient().start(requestTo('done'), { onEvent })).bytes, 3);
    assert.ok(log.some((line) => line.startsWith('warn: An event could not be shown')));
  });

  it('rejects a question that the thread does not understand', async () => {
    await assertCode(makeClient().discard('misunderstood'), 'invalidRequest');
  });

  it('lists and discards unfinished transfers', async () => {
    const client = makeClient();
    assert.deepEqual(await client.listUnfinished(), []);
    await client.discard('some');
    await assertCode(client.discard('leased'), 'busy');
  });

  it('rejects a question that is never answered', async () => {
    await assertCode(makeClient(deaf, { answerMs: 20 }).listUnfinished(), 'engineCrashed');
  });

  it('rejects what is pending with cancelled when disposed, and refuses what comes later', async () => {
    const client = makeClient();
    const pending = assertCode(client.start(requestTo('silent')), 'cancelled');
    await client.dispose();
    await pending;
    await assertCode(client.start(requestTo('done')), 'cancelled');
    await assertCode(client.listUnfinished(), 'cancelled');
  });

  it('ends a thread by force that does not hear stop', async () => {
    const client = makeClient(config, { stopMs: 20 });
    const transfer = assertCode(client.start(requestTo('block')), 'cancelled');
    await client.dispose();
    await transfer;
  });
});
