// A URL whose query is a secret: kept for the resume, shown nowhere.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertNoCanary } from '../support/canary';
import { bytesOf, signature, signedAsset, useSession } from './session';

describe('a signed URL', () => {
  const session = useSession();
  /** What notifications and lists said. */
  const texts: string[] = [];

  /** Downloads a part of the file and cancels. */
  async function leaveUnfinished(name: string): Promise<void> {
    const { workbench, samples } = session();
    const { notifications, quickInput } = workbench;
    await workbench.runCommand('Asset Fetch: Download File…');
    await quickInput.typeInInputBox(samples.origin + signedAsset.path, 'Address of the file');
    await quickInput.typeInInputBox(name, 'Path in');
    texts.push(await notifications.waitFor(/ [2-9]\d %/));
    await notifications.click(/^Downloading/, 'Cancel');
    texts.push(await notifications.waitFor(/^Cancelled\. .* kept/));
    await notifications.close(/^Cancelled/);
  }

  async function assertResumed(name: string, requestsBefore: number): Promise<void> {
    const { workbench, samples, folder } = session();
    const message = new RegExp(`^Saved ${name}`);
    texts.push(await workbench.notifications.waitFor(message, 40_000));
    await workbench.notifications.close(message);
    assert.deepEqual(readFileSync(folder.at(name)), bytesOf(signedAsset));
    const sentBytes = samples.requests.slice(requestsBefore).reduce((sum, request) => sum + request.sentBytes, 0);
    assert.ok(sentBytes < signedAsset.sizeBytes * 0.9, `${sentBytes} bytes were sent again`);
  }

  it('C45 is remembered, and resumed from the list of unfinished downloads', async () => {
    await leaveUnfinished('listed.bin');
    const { workbench, samples } = session();
    const before = samples.requests.length;
    await workbench.runCommand('Asset Fetch: Show Unfinished Downloads');
    await workbench.quickInput.waitFor('listed.bin');
    texts.push(await workbench.quickInput.widget.innerText());
    await workbench.quickInput.pick('listed.bin');
    await assertResumed('listed.bin', before);
  });

  it('C45 is asked for again after a reload, for this VS Code keeps secrets no longer than a window', async () => {
    await leaveUnfinished('asked.bin');
    const { workbench, samples } = session();
    await workbench.reloadWindow();
    const before = samples.requests.length;
    await workbench.notifications.click(/asked\.bin is unfinished/, 'Resume');
    await workbench.quickInput.waitFor('Address of asked.bin');
    assert.equal(await workbench.quickInput.value(), (samples.origin + signedAsset.path).replace(/\?.*/, ''));
    await workbench.quickInput.typeInInputBox(samples.origin + signedAsset.path, 'Address of asked.bin');
    await assertResumed('asked.bin', before);
  });

  it('C44 shows in no notification, list, log or state', () => {
    const { userData } = session().workbench;
    assert.ok(texts.length >= 7, 'there is something to look at');
    assertNoCanary(signature, { folders: [join(userData, 'logs'), join(userData, 'User')], texts: { texts } });
  });
});
