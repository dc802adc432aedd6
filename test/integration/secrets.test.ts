// Where secrets of URLs and headers could show inside VS Code: the log, the state folder, errors. What notifications say is looked
// at in test/ui.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { bodySha256 } from '../support/body';
import { assertNoCanary } from '../support/canary';
import { FaultServer } from '../support/faultServer';
import { listFiles } from '../support/tempFolder';
import { profileFolders } from './samples';

interface Api {
  download(
    request: object,
    token?: vscode.CancellationToken,
    onProgress?: (progress: { receivedBytes: number }) => void,
  ): Promise<unknown>;
}

const TOKEN = 'CANARY-7f3a91c0de';
const SIZE = 4 * 2 ** 20;

describe('secrets of a download', () => {
  let server: FaultServer;
  let api: Api;

  before(async () => {
    server = await FaultServer.start();
    const extension = vscode.extensions.getExtension<Api>('asset-fetch.asset-fetch');
    assert.ok(extension);
    api = await extension.activate();
  });

  after(() => server.close());

  /** A download with the secret in userinfo, query and header; resolves with what it resolved or rejected with. */
  const tryDownload = async (url: string, more: object = {}, cancelAtBytes = Number.POSITIVE_INFINITY) => {
    const source = new vscode.CancellationTokenSource();
    const request = {
      url: `${url.replace('//', `//ada:${TOKEN}@`)}?signature=${TOKEN}`,
      headers: { 'X-Token': TOKEN },
      ...more,
    };
    const onProgress = ({ receivedBytes }: { receivedBytes: number }): void => {
      if (receivedBytes >= cancelAtBytes) source.cancel();
    };
    return api.download(request, source.token, onProgress).catch((error: unknown) => error);
  };

  /** The log writes behind; waits until it holds `text`, so that everything before it is in, too. */
  const waitForLog = async (text: string): Promise<void> => {
    const folder = join(profileFolders().logs);
    const holdsText = (file: string): boolean => readFileSync(join(folder, file), 'utf8').includes(text);
    const deadlineMs = performance.now() + 20_000;
    while (!listFiles(folder).some((file) => file.endsWith('Asset Fetch.log') && holdsText(file))) {
      if (performance.now() > deadlineMs) assert.fail(`no log in ${folder} holds ${text}`);
      await sleep(50);
    }
  };

  it('C44 show neither in the log channel, nor in the state folder, nor in errors', async () => {
    const url = server.serve('/f.bin', { seed: 1, sizeBytes: SIZE });
    const saved = await tryDownload(url, { destination: 'secrets/saved.bin' });
    server.fault('/f.bin', 'all', { bytesPerSecond: 2 ** 20 });
    const cancelled = await tryDownload(url, { destination: 'secrets/cancelled.bin' }, SIZE / 4);
    server.clearFaults();
    server.fault('/f.bin', 'all', { status: 403, body: `You sent ${TOKEN}` });
    const refused = await tryDownload(url, { destination: 'secrets/refused.bin' });
    const missing = await tryDownload(`${server.origin}/none`, { destination: 'secrets/missing.bin' });
    const integrity = `sha256:${bodySha256(2, SIZE)}`;
    server.clearFaults();
    const wrong = await tryDownload(url, { destination: 'secrets/wrong.bin', integrity });
    assert.ok(
      server.requests.every(({ headers }) => headers['x-token'] === TOKEN),
      'the server got the secret',
    );
    const codes = [cancelled, refused, missing, wrong].map((error) => (error as { code?: string }).code);
    assert.deepEqual(codes, ['cancelled', 'httpStatus', 'httpStatus', 'integrityMismatch']);
    await waitForLog('integrityMismatch');
    const { logs, state } = profileFolders();
    assert.ok(
      listFiles(state).some((file) => file.endsWith('/journal.json')),
      'the cancelled download is kept',
    );
    const texts = { saved, cancelled, refused, missing, wrong };
    assertNoCanary(TOKEN, { folders: [logs, state], texts });
  });
});
