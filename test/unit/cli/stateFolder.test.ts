import assert from 'node:assert/strict';
import { locateStateFolder } from '../../../src/cli/stateFolder';

describe('locateStateFolder', () => {
  const unix = { platform: 'linux', env: {}, homeDir: '/home/ada', tempDir: '/tmp' } as const;
  const windows = { platform: 'win32', env: {}, homeDir: 'C:\\Users\\ada', tempDir: 'C:\\Temp' } as const;

  it('takes XDG_CACHE_HOME where it is absolute', () => {
    assert.equal(locateStateFolder({ ...unix, env: { XDG_CACHE_HOME: '/cache' } }), '/cache/asset-fetch');
    assert.equal(locateStateFolder({ ...unix, env: { XDG_CACHE_HOME: 'cache' } }), '/home/ada/.cache/asset-fetch');
    assert.equal(locateStateFolder({ ...unix, env: { XDG_CACHE_HOME: '' } }), '/home/ada/.cache/asset-fetch');
  });

  it('takes the cache folder of the home', () => {
    assert.equal(locateStateFolder(unix), '/home/ada/.cache/asset-fetch');
    assert.equal(locateStateFolder({ ...unix, platform: 'darwin' }), '/home/ada/Library/Caches/asset-fetch');
  });

  it('takes LOCALAPPDATA on Windows, else its usual place', () => {
    assert.equal(
      locateStateFolder({ ...windows, env: { LOCALAPPDATA: 'D:\\Local' } }),
      'D:\\Local\\asset-fetch\\Cache',
    );
    assert.equal(locateStateFolder(windows), 'C:\\Users\\ada\\AppData\\Local\\asset-fetch\\Cache');
  });

  it('falls back to the temp folder where there is no home', () => {
    assert.equal(locateStateFolder({ ...unix, homeDir: '' }), '/tmp/asset-fetch');
    assert.equal(locateStateFolder({ ...unix, platform: 'darwin', homeDir: '' }), '/tmp/asset-fetch');
    assert.equal(locateStateFolder({ ...windows, homeDir: '' }), 'C:\\Temp\\asset-fetch\\Cache');
  });
});
