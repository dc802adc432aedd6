// How long VS Code waits for the extension, by the marks that it sets itself: loading the code, and calling activate().
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const extensionId = 'asset-fetch.asset-fetch';

interface Mark {
  readonly name: string;
  /** In whole milliseconds. */
  readonly startTime: number;
}

/** The marks of the extension host; none where this VS Code keeps them elsewhere. */
function readMarks(): readonly Mark[] {
  const host = globalThis as { MonacoPerformanceMarks?: { getMarks(): readonly Mark[] } };
  return host.MonacoPerformanceMarks?.getMarks() ?? [];
}

function elapsedMs(step: string): number | null {
  const timeOf = (name: string): number | undefined => {
    return readMarks().find((mark) => mark.name === `code/extHost/${name}/${extensionId}`)?.startTime;
  };
  const [startMs, endMs] = [timeOf(`will${step}`), timeOf(`did${step}`)];
  return startMs === undefined || endMs === undefined ? null : endMs - startMs;
}

describe('activation', () => {
  it('keeps VS Code waiting for moments only', async function () {
    await vscode.extensions.getExtension(extensionId)?.activate();
    const [codeMs, callMs] = [elapsedMs('LoadExtensionCode'), elapsedMs('ActivateExtension')];
    if (codeMs === null || callMs === null) this.skip();
    console.log(`    activation: ${codeMs} ms for the code, ${callMs} ms for activate()`);
    // On whatever machine; P11 of the benchmark wants 15 ms.
    assert.ok(codeMs + callMs < 2_000);
  });
});
