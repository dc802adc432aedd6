// A folder whose authors nobody has trusted yet.
import assert from 'node:assert/strict';
import { useSession } from './session';

describe('Restricted Mode', () => {
  const session = useSession({ isTrusted: false });

  it('refuses a download kindly, before anything is asked of the network', async () => {
    const { workbench, samples } = session();
    const before = session().files();
    await workbench.runCommand('Asset Fetch: Download File…');
    const message = await workbench.notifications.waitFor(/trust/i);
    assert.match(message, /trust/i);
    assert.deepEqual(await workbench.notifications.buttons(/trust/i), ['Manage Workspace Trust']);
    await workbench.screenshot('restricted-mode');
    assert.deepEqual(samples.requests, []);
    assert.deepEqual(session().files(), before);
  });
});
