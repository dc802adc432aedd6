import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { isSameBoot, readProcesses, readUmask } from '../../../src/engine/processes';

describe('processes', () => {
  const { self, isAlive } = readProcesses();

  it('knows itself', () => {
    assert.equal(self.pid, process.pid);
    assert.notEqual(self.bootId, '');
    assert.ok(isAlive(self.pid, self.startedAt));
    assert.ok(isAlive(self.pid, null));
  });

  it('B28 takes a process of the same PID and another start time for gone', function () {
    if (self.startedAt === null) this.skip();
    assert.ok(!isAlive(self.pid, `${self.startedAt}1`));
  });

  it('B28 knows that a process has ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    assert.ok(!isAlive(child.pid!, null));
  });

  it('B28 takes a zombie, whose PID still answers, for gone', async function () {
    if (process.platform !== 'linux') this.skip();
    // A shell that starts a child, then becomes a program that never waits for it.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      const stateOf = (): string => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.charAt(0);
      while (stateOf() !== 'Z') await new Promise((resolve) => setImmediate(resolve));
      assert.doesNotThrow(() => process.kill(pid, 0));
      assert.ok(!isAlive(pid, null));
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('B24 compares boots by id, and by their time where there is none', () => {
    assert.ok(isSameBoot('a', 'a'));
    assert.ok(!isSameBoot('a', 'b'));
    assert.ok(isSameBoot('started:1000', 'started:1059'));
    assert.ok(!isSameBoot('started:1000', 'started:1061'));
    assert.ok(!isSameBoot('started:1000', 'a'));
  });

  it('reads the umask', () => {
    const before = process.umask(0o027);
    try {
      assert.equal(readUmask(), process.platform === 'linux' ? 0o027 : 0o022);
    } finally {
      process.umask(before);
    }
  });
});
