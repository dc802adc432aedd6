// Downloads that are cut short in every way a person or a crash can, and go on where they were.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bytesOf, slowAsset, useSession } from './session';

describe('an interrupted download', () => {
  const session = useSession();

  /** Starts the slow download and waits until a part of it has come: more than a kill can cost, a second of its eight. */
  async function startSlowDownload(name: string): Promise<void> {
    const { workbench } = session();
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.quickInput.typeInInputBox(session().slowUrl, 'Address of the file');
    await workbench.quickInput.typeInInputBox(name, 'Path in');
    await workbench.notifications.waitFor(/ [4-9]\d %/);
  }

  /** Waits for the end, checks the file, and that the server did not send again what was on disk. */
  async function assertResumed(name: string, requestsBefore: number): Promise<void> {
    const { workbench, samples, folder } = session();
    const message = new RegExp(`^Saved ${name}`);
    await workbench.notifications.waitFor(message, 40_000);
    assert.deepEqual(readFileSync(folder.at(name)), bytesOf(slowAsset));
    const sentBytes = samples.requests.slice(requestsBefore).reduce((sum, request) => sum + request.sentBytes, 0);
    assert.ok(sentBytes < slowAsset.sizeBytes * 0.9, `${sentBytes} of ${slowAsset.sizeBytes} bytes were sent again`);
    await workbench.notifications.close(message);
  }

  it('keeps its bytes on Cancel, says so, and goes on with Resume', async () => {
    const { workbench, samples } = session();
    await startSlowDownload('cancelled.bin');
    await workbench.screenshot('progress');
    await workbench.notifications.click(/^Downloading/, 'Cancel');
    assert.match(await workbench.notifications.waitFor(/^Cancelled/), /kept/);
    await workbench.screenshot('cancelled');
    assert.ok(!session().files().includes('cancelled.bin'));
    const before = samples.requests.length;
    await workbench.notifications.click(/^Cancelled/, 'Resume');
    await assertResumed('cancelled.bin', before);
  });

  it('goes on after the window was reloaded', async () => {
    const { workbench, samples } = session();
    await startSlowDownload('reloaded.bin');
    await workbench.reloadWindow();
    const before = samples.requests.length;
    await workbench.notifications.waitFor(/reloaded\.bin is unfinished/);
    await workbench.screenshot('unfinished');
    await workbench.notifications.click(/reloaded\.bin is unfinished/, 'Resume');
    await assertResumed('reloaded.bin', before);
  });

  it('goes on after the extension host was killed', async () => {
    const { workbench, samples } = session();
    await startSlowDownload('killed.bin');
    await workbench.killExtensionHost();
    const before = samples.requests.length;
    await workbench.notifications.click(/killed\.bin is unfinished/, 'Resume');
    await assertResumed('killed.bin', before);
  });
});
