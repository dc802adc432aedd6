import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import { findCanary } from '../../support/canary';
import { TempFolder } from '../../support/tempFolder';

const TOKEN = 'canary?token+81f2c7';

describe('canary', () => {
  it('finds a token plain, encoded and inside base64 of more', () => {
    const texts = {
      plain: `x${TOKEN}y`,
      percent: encodeURIComponent(TOKEN),
      credentials: Buffer.from(`someone:${TOKEN}`).toString('base64'),
      error: new Error('failed', { cause: new Error(TOKEN) }),
      clean: 'nothing here',
    };
    assert.deepEqual(findCanary(TOKEN, { texts }), ['plain', 'percent', 'credentials', 'error']);
  });

  it('finds a token in file contents and file names', async () => {
    const folder = await TempFolder.make();
    await writeFile(folder.at('a'), Buffer.from(`\0\0${TOKEN}\0`));
    await writeFile(folder.at(`b-${encodeURIComponent(TOKEN)}`), '');
    await writeFile(folder.at('c'), 'clean');
    assert.equal(findCanary(TOKEN, { folders: [folder.path] }).length, 2);
    await folder.dispose();
  });
});
