// The hover on a URL, over text that would like to be more than text.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const COMMAND = 'assetFetch.downloadFileAtUrl';

/** Our own part of the hovers at a column of the first line. */
async function hoverOver(line: string): Promise<vscode.MarkdownString | null> {
  const document = await vscode.workspace.openTextDocument({ content: line, language: 'plaintext' });
  const position = new vscode.Position(0, line.indexOf('https://') + 2);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  const parts = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
  return parts.find(({ value }) => value.includes(`command:${COMMAND}`)) ?? null;
}

/** Targets of Markdown's inline links, those with a backslash before their bracket left out. */
function linkTargets({ value }: vscode.MarkdownString): string[] {
  return [...value.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, target = '']) => target);
}

describe('the hover on a URL', () => {
  it('offers the download with the URL as its argument', async () => {
    const hover = await hoverOver('see https://h.org/a.zip?x=1 there');
    assert.ok(hover !== null);
    assert.deepEqual(linkTargets(hover).map(readArgument), [[{ url: 'https://h.org/a.zip?x=1' }]]);
    assert.match(hover.value, /h\\?\.org$/);
  });

  for (const line of [
    'https://h.org/[x](command:workbench.action.quit)',
    'https://h.org/a)](command:workbench.action.quit)',
    '[x](https://h.org/a)[y](command:workbench.action.quit)',
    'https://h.org/![](https://evil.example/pixel.png)',
    'https://h.org/?a=<img src=x onerror=alert(1)>',
    'https://h.org/?a="},{"url":"https://evil.example/',
    'https://h.org/%22%5D)%20[x](command:workbench.action.quit)',
    'https://h.org/$(alert)~$(gear)',
    `https://h.org/'"\`*_{}[]()#+-.!`,
  ]) {
    it(`C51 calls no other command and shows no picture for ${line}`, async () => {
      const hover = await hoverOver(line);
      assert.ok(hover !== null);
      const targets = linkTargets(hover);
      assert.equal(targets.length, 1, hover.value);
      const [argument, ...others] = readArgument(targets[0] ?? '') as { url: string }[];
      assert.deepEqual(others, []);
      assert.equal(new URL(argument?.url ?? '').host, 'h.org');
      assert.deepEqual(Object.keys(argument ?? {}), ['url']);
      assert.doesNotMatch(hover.value, /<|!\[/);
      assert.notEqual(hover.supportHtml, true);
      assert.notEqual(hover.supportThemeIcons, true);
      // Whoever passes it on may drop whom it trusts; trust in every command it must never have.
      assert.notEqual(hover.isTrusted, true);
    });
  }
});

function readArgument(target: string): unknown {
  const [command, query = ''] = target.split('?');
  assert.equal(command, `command:${COMMAND}`);
  return JSON.parse(decodeURIComponent(query));
}
