// Download File… from the command palette, typed by keyboard.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { sampleAssets } from '../support/sampleServer';
import { sampleIntegrity } from '../support/sampleWorkspace';
import { bytesOf, useSession } from './session';

const command = 'Asset Fetch: Download File…';

describe('Download File… in the palette', () => {
  const session = useSession();

  it('downloads a file by keyboard alone and says what it saved', async () => {
    const { workbench, samples, folder } = session();
    await workbench.runCommand(command);
    await workbench.quickInput.typeInInputBox(samples.urlOf('model'), 'Address of the file');
    await workbench.quickInput.accept('Path in');
    const message = await workbench.notifications.waitFor(/^Saved tiny-model\.onnx/);
    assert.match(message, /no hash was given/);
    assert.deepEqual(await workbench.notifications.buttons(/^Saved/), ['Open', 'Reveal', 'Copy SHA-256']);
    await workbench.screenshot('saved');
    await workbench.notifications.click(/^Saved/, 'Copy SHA-256');
    assert.equal(`sha256:${await workbench.waitForClipboard(/^[0-9a-f]{64}$/)}`, sampleIntegrity('model'));
    assert.deepEqual(readFileSync(folder.at('tiny-model.onnx')), bytesOf(sampleAssets.model));
  });

  it('proposes the URL on the clipboard and the name that it ends with', async () => {
    const { workbench, samples } = session();
    const { quickInput } = workbench;
    await workbench.setClipboard(samples.urlOf('font'));
    await workbench.runCommand(command);
    await quickInput.waitFor('Address of the file');
    assert.equal(await quickInput.value(), samples.urlOf('font'));
    await quickInput.accept('Address of the file');
    await quickInput.waitFor('Path in');
    assert.equal(await quickInput.value(), 'atlas-regular.ttf');
    await quickInput.cancel();
  });

  it('says at once what is wrong with an address', async () => {
    const { workbench } = session();
    await workbench.runCommand(command);
    await workbench.quickInput.typeInInputBox('ftp://example.com/a.bin', 'Address of the file', false);
    await workbench.quickInput.waitFor(/http/);
    await workbench.screenshot('invalid-address');
    await workbench.quickInput.cancel();
  });

  it('refuses a destination outside of the folder', async () => {
    const { workbench, samples } = session();
    const before = session().files();
    await workbench.runCommand(command);
    await workbench.quickInput.typeInInputBox(samples.urlOf('font'), 'Address of the file');
    await workbench.quickInput.typeInInputBox('../outside.ttf', 'Path in');
    await workbench.quickInput.waitFor(/outside|leads out|inside/i);
    await workbench.quickInput.cancel();
    assert.deepEqual(session().files(), before);
  });

  it('verifies against a hash that was given', async () => {
    const { workbench, samples, folder } = session();
    await workbench.runCommand(command);
    await workbench.quickInput.typeInInputBox(samples.urlOf('font'), 'Address of the file');
    await workbench.quickInput.waitFor('Path in');
    await workbench.quickInput.clickButton('Add Hash to Verify the File…');
    await workbench.quickInput.typeInInputBox(sampleIntegrity('font'), 'hash that the file must have');
    await workbench.quickInput.typeInInputBox('fonts/verified.ttf', 'Path in');
    assert.match(await workbench.notifications.waitFor(/^Saved verified\.ttf/), /verified by sha256/);
    assert.deepEqual(readFileSync(folder.at('fonts/verified.ttf')), bytesOf(sampleAssets.font));
  });

  it('shows both hashes when they differ and publishes nothing', async () => {
    const { workbench, samples } = session();
    const wrong = '0'.repeat(64);
    await workbench.runCommand(command);
    await workbench.quickInput.typeInInputBox(samples.urlOf('font'), 'Address of the file');
    await workbench.quickInput.waitFor('Path in');
    await workbench.quickInput.clickButton('Add Hash to Verify the File…');
    await workbench.quickInput.typeInInputBox(`sha256:${wrong}`, 'hash that the file must have');
    await workbench.quickInput.typeInInputBox('fonts/wrong.ttf', 'Path in');
    const message = await workbench.notifications.waitFor(wrong.slice(0, 12));
    assert.match(message, new RegExp(sampleIntegrity('font').slice('sha256:'.length, 20)));
    await workbench.screenshot('hash-mismatch');
    assert.ok(!session().files().includes('fonts/wrong.ttf'));
  });
});

describe('Download File… where the file exists', () => {
  const session = useSession();

  async function downloadFontAs(name: string): Promise<void> {
    const { workbench, samples, folder } = session();
    writeFileSync(folder.at(name), 'mine');
    await workbench.runCommand(command);
    await workbench.quickInput.typeInInputBox(samples.urlOf('font'), 'Address of the file');
    await workbench.quickInput.typeInInputBox(name, 'Path in');
  }

  it('keeps the file when the question is cancelled', async () => {
    await downloadFontAs('cancelled.ttf');
    const { workbench, folder } = session();
    await workbench.notifications.waitForDialog('cancelled.ttf exists already');
    await workbench.screenshot('conflict');
    await workbench.notifications.answerDialog('exists already', 'Cancel');
    // Back to the path, so that another one can be given.
    await workbench.quickInput.waitFor('Path in');
    assert.equal(await workbench.quickInput.value(), 'cancelled.ttf');
    await workbench.quickInput.cancel();
    assert.equal(readFileSync(folder.at('cancelled.ttf'), 'utf8'), 'mine');
  });

  it('replaces it when told so', async () => {
    await downloadFontAs('replaced.ttf');
    const { workbench, folder } = session();
    await workbench.notifications.answerDialog('exists already', 'Replace');
    await workbench.notifications.waitFor(/^Saved replaced\.ttf/);
    assert.deepEqual(readFileSync(folder.at('replaced.ttf')), bytesOf(sampleAssets.font));
  });

  it('keeps both when told so', async () => {
    await downloadFontAs('both.ttf');
    const { workbench, folder } = session();
    const before = session().files();
    await workbench.notifications.answerDialog('exists already', 'Keep Both');
    await workbench.notifications.waitFor(/^Saved both/);
    const [added] = session()
      .files()
      .filter((file) => !before.includes(file));
    assert.ok(added);
    assert.equal(readFileSync(folder.at('both.ttf'), 'utf8'), 'mine');
    assert.deepEqual(readFileSync(folder.at(added)), bytesOf(sampleAssets.font));
  });
});
