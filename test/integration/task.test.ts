// Tasks of type asset-fetch in tasks.json, and tasks that depend on them.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { assertBody } from '../support/body';
import { sampleAssets } from '../support/sampleServer';
import { workspacePath } from './samples';

const modelPath = () => join(workspacePath(), 'assets/tiny-model.onnx');

/** The task of this name in the workspace's tasks.json. */
async function findTask(name: string): Promise<vscode.Task> {
  const task = (await vscode.tasks.fetchTasks()).find((candidate) => candidate.name === name);
  assert.ok(task, `tasks.json has no task ${name}`);
  return task;
}

/** Runs a task with what it depends on; resolves with its exit code. */
async function runTask(task: vscode.Task): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ended = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      ended.dispose();
      resolve(exitCode);
    });
    vscode.tasks.executeTask(task).then(undefined, reject);
  });
}

describe('tasks of type asset-fetch', () => {
  beforeEach(() => rmSync(modelPath(), { force: true }));

  it('fetch the file that tasks.json names and end with exit code 0', async () => {
    assert.equal(await runTask(await findTask('fetch model')), 0);
    assertBody(readFileSync(modelPath()), sampleAssets.model.seed);
  });

  it('are done before a task that depends on them starts', async () => {
    const order: string[] = [];
    const listeners = [
      vscode.tasks.onDidEndTaskProcess(({ execution }) => order.push(`end ${execution.task.name}`)),
      vscode.tasks.onDidStartTaskProcess(({ execution }) => order.push(`start ${execution.task.name}`)),
    ];
    try {
      // The build prints the model's size and fails where the model is missing.
      assert.equal(await runTask(await findTask('build')), 0);
    } finally {
      for (const listener of listeners) listener.dispose();
    }
    assert.ok(order.indexOf('end fetch model') !== -1, order.join());
    assert.ok(order.indexOf('end fetch model') < order.indexOf('start build'), order.join());
  });

  it('end with exit code 3 when the hash does not match, and leave nothing', async () => {
    assert.equal(await runTask(await findTask('fetch with a wrong hash')), 3);
    assert.equal(existsSync(join(workspacePath(), 'assets/wrong.ttf')), false);
  });

  it('end with exit code 1 when the server has no such file', async () => {
    assert.equal(await runTask(await findTask('fetch what is not there')), 1);
    assert.equal(existsSync(join(workspacePath(), 'assets/missing')), false);
  });
});
