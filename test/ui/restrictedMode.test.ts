// A folder whose authors nobody has trusted yet.
import assert from 'node:assert/strict';
import { useSession } from './session';

describe('Restricted Mode', () => {
  const session = useSession({ isTrusted: false });

  it('refuses a download kindly, before anything is asked of the network', async () => {
    const { workbench, samples } = session();
    const before = session().files();
    await workbench.runCommand('Asset Fetch: Download File…');
    await workbench.notifications.waitFor(/off in Restricted Mode/);
    assert.deepEqual(await workbench.notifications.buttons(/Restricted Mode/), ['Manage Workspace Trust']);
    await workbench.screenshot('restricted-mode');
    assert.deepEqual(samples.requests, []);
    assert.deepEqual(session().files(), before);
    await workbench.notifications.close(/off in Restricted Mode/);
  });

  it('refuses a diagnosis, too', async () => {
    const { workbench, samples } = session();
    await workbench.runCommand('Asset Fetch: Diagnose URL…');
    await workbench.notifications.waitFor(/off in Restricted Mode/);
    assert.deepEqual(samples.requests, []);
  });
});
