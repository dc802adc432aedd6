// What activate() returns to other extensions.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { assertBody } from '../support/body';
import { sampleAssets } from '../support/sampleServer';
import { sampleOrigin } from './samples';

interface Api {
  readonly apiVersion: 1;
  download(
    request: object,
    token?: vscode.CancellationToken,
    onProgress?: (progress: { receivedBytes: number; totalBytes: number | null }) => void,
  ): Promise<{ path: string; bytes: number; sha256: string; verifiedBy: string }>;
}

async function activate(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('asset-fetch.asset-fetch');
  assert.ok(extension);
  return extension.activate();
}

describe('the API for other extensions', () => {
  it('has a version', async () => {
    assert.equal((await activate()).apiVersion, 1);
  });

  it('downloads and reports progress', async () => {
    const { model } = sampleAssets;
    const totals = new Set<number | null>();
    const api = await activate();
    const saved = await api.download(
      { url: sampleOrigin() + model.path, destination: 'api/model.onnx' },
      undefined,
      ({ totalBytes }) => totals.add(totalBytes),
    );
    assertBody(readFileSync(saved.path), model.seed);
    assert.ok(totals.has(model.sizeBytes));
  });

  it('stops when its token is cancelled', async () => {
    const api = await activate();
    const source = new vscode.CancellationTokenSource();
    const request = { url: sampleOrigin() + sampleAssets.map.path, destination: 'api/map.tiles' };
    const running = api.download(request, source.token, ({ receivedBytes }) => {
      if (receivedBytes > 0) source.cancel();
    });
    await assert.rejects(running, { code: 'cancelled' });
  });

  it('fails with a code where the file exists', async () => {
    const api = await activate();
    const request = { url: sampleOrigin() + sampleAssets.font.path, destination: 'api/font.ttf' };
    await api.download(request);
    await assert.rejects(api.download({ ...request, url: sampleOrigin() + sampleAssets.model.path }), {
      code: 'destinationExists',
    });
  });
});
