// Asset lists inside VS Code: problems, lenses, quick fixes, tasks. What needs a person's click is test/ui/assetList.test.ts.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { parseManifest } from '../../src/assets/manifest';
import { AssetHost, entryFor, urlOf, type HostedFile } from '../support/assetHost';
import { assertBody, bodySha256 } from '../support/body';
import { sampleOrigin, workspacePath } from './samples';

const files: readonly HostedFile[] = [
  { path: '/v1/one.bin', seed: 31, sizeBytes: 70_000 },
  { path: '/v1/two.bin', seed: 32, sizeBytes: 90_000 },
  { path: '/v2/one.bin', seed: 33, sizeBytes: 80_000 },
];
const [one, two, newer] = files as [HostedFile, HostedFile, HostedFile];
/** A folder for each test: an editor shows the old text of its file for a while. */
let testCount = 0;
const folderName = (): string => `listed-${testCount}`;
const folder = (): string => join(workspacePath(), folderName());
const listPath = (): string => join(folder(), 'asset-fetch.json');
const fileAt = (name: string): string => join(folder(), name);

/** Resolves with what `read` gives once it is not null; looks again at every event. */
function until<T>(read: () => T | null, event: vscode.Event<unknown>): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const value = read();
      if (value === null) return;
      listener.dispose();
      resolve(value);
    };
    const listener = event(look);
    look();
  });
}

function problemsWith(uri: vscode.Uri, codes: readonly string[]): Promise<readonly vscode.Diagnostic[]> {
  return until(() => {
    const found = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'asset-fetch');
    return found.map(({ code }) => code as string).join() === codes.join() ? found : null;
  }, vscode.languages.onDidChangeDiagnostics);
}

function writeList(assets: readonly object[]): void {
  writeFileSync(
    listPath(),
    `{\n  // What the tests need.\n  "version": 1,\n  "assets": ${JSON.stringify(assets, null, 2)}\n}\n`,
  );
}

async function openList(): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(listPath());
  await vscode.window.showTextDocument(document);
  return document;
}

async function replaceIn(document: vscode.TextDocument, before: string, after: string): Promise<void> {
  const start = document.getText().indexOf(before);
  assert.ok(start >= 0, `${before} is not in the list`);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + before.length));
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, range, after);
  assert.ok(await vscode.workspace.applyEdit(change));
}

async function fixesAt({ uri }: vscode.TextDocument, { range }: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
  const kind = vscode.CodeActionKind.QuickFix.value;
  return vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind);
}

async function applyFix(document: vscode.TextDocument, problem: vscode.Diagnostic, title: string): Promise<void> {
  const fix = (await fixesAt(document, problem)).find((candidate) => candidate.title === title);
  assert.ok(fix?.command, `there is no quick fix ${title}`);
  await vscode.commands.executeCommand(fix.command.command, ...(fix.command.arguments as unknown[]));
}

async function lensTitles({ uri }: vscode.TextDocument): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
  return lenses.map(({ command }) => (command?.title ?? '').replace(/^\$\([^)]*\)\u00a0/, ''));
}

/** Runs the list as a task would be run from tasks.json; resolves with its exit code. */
async function runListTask(): Promise<number | undefined> {
  const [template] = (await vscode.tasks.fetchTasks({ type: 'asset-fetch' })).filter(
    ({ definition }) => definition['manifest'] !== undefined,
  );
  assert.ok(template?.execution, 'no list is offered as a task');
  const [root] = vscode.workspace.workspaceFolders ?? [];
  const definition = { type: 'asset-fetch', manifest: `${folderName()}/asset-fetch.json` };
  const task = new vscode.Task(definition, root!, 'fetch the listed', 'asset-fetch', template.execution);
  return new Promise((resolve, reject) => {
    const ended = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      ended.dispose();
      resolve(exitCode);
    });
    vscode.tasks.executeTask(task).then(undefined, reject);
  });
}

describe('asset lists', () => {
  let host: AssetHost;
  const http = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('http');
  before(async () => {
    host = await AssetHost.start(files);
    await http().update('proxy', host.proxyUrl, vscode.ConfigurationTarget.Global);
  });
  after(async () => {
    await http().update('proxy', undefined, vscode.ConfigurationTarget.Global);
    await host.dispose();
  });
  beforeEach(() => {
    testCount += 1;
    mkdirSync(folder(), { recursive: true });
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    rmSync(folder(), { recursive: true, force: true });
  });

  it('are JSON with comments, whose problems come and go as they are typed', async () => {
    writeList([entryFor(one, 'one.bin'), { path: '../out.bin', url: urlOf('/x') }]);
    const document = await openList();
    assert.equal(document.languageId, 'jsonc');
    const [problem] = await problemsWith(document.uri, ['unsafePath']);
    assert.equal(document.getText(problem!.range), '"../out.bin"');
    assert.equal(problem!.severity, vscode.DiagnosticSeverity.Error);
    await replaceIn(document, '../out.bin', 'out.bin');
    await problemsWith(document.uri, ['missingHash']);
  });

  it('have their problems and states shown where line ends are mixed, as an editor shows them', async () => {
    const entries = `{ "path": "one.bin", "url": "${urlOf(one.path)}" },\n    { "path": "../out.bin", "url": "${urlOf('/x')}" }`;
    writeFileSync(listPath(), `{\r\n  "version": 1,\r\n  "assets": [\r\n    ${entries}\n  ]\r\n}\r\n`);
    const document = await openList();
    const problems = await problemsWith(document.uri, ['missingHash', 'unsafePath']);
    assert.equal(document.getText(problems[1]!.range), '"../out.bin"');
    assert.ok((await lensTitles(document)).includes('missing'));
  });

  it('keep their states at their entries while they are typed', async () => {
    writeList([{ path: 'one.bin', url: urlOf(one.path) }]);
    const document = await openList();
    await problemsWith(document.uri, ['missingHash']);
    await replaceIn(document, '{', '{\n\n\n');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      100,
    );
    const entry = document.positionAt(document.getText().indexOf('"path"')).line;
    assert.ok(lenses.some(({ range }) => range.start.line === entry - 1 || range.start.line === entry));
  });

  it('have their fields completed and explained by the schema while they are typed', async () => {
    writeList([{ path: 'one.bin' }]);
    const document = await openList();
    const field = document.positionAt(document.getText().indexOf('"path"'));
    const until = async (read: () => Promise<string>, pattern: RegExp): Promise<void> => {
      // The editor's JSON support reads the schema when it gets to it.
      let text = await read();
      while (!pattern.test(text)) text = await read();
    };
    await until(async () => {
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        field,
      );
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label)).join();
    }, /executable.*integrity.*platforms|integrity.*executable.*platforms/);
    await until(async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        field.translate(0, 2),
      );
      return hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value)).join();
    }, /relative to the folder of this list/i);
  });

  it('get a hash and size by a quick fix, keeping comments, and the missing file with it', async () => {
    writeList([{ path: 'one.bin', url: urlOf(one.path) }]);
    const document = await openList();
    const [problem] = await problemsWith(document.uri, ['missingHash']);
    const requestsBefore = host.requests.length;
    await applyFix(document, problem!, 'Add Hash');
    await problemsWith(document.uri, []);
    const text = readFileSync(listPath(), 'utf8');
    assert.match(text, /\/\/ What the tests need\./);
    assert.ok(text.includes(`sha256:${bodySha256(one.seed, one.sizeBytes)}`));
    assert.ok(text.includes(`"size": ${one.sizeBytes}`));
    assertBody(readFileSync(fileAt('one.bin')), one.seed);
    assert.equal(host.requests.length - requestsBefore, 1);
  });

  it('leave a file alone that is a person’s, while its entry gets a hash', async () => {
    writeFileSync(fileAt('one.bin'), 'my own work');
    writeList([{ path: 'one.bin', url: urlOf(one.path) }]);
    const document = await openList();
    const [problem] = await problemsWith(document.uri, ['missingHash']);
    await applyFix(document, problem!, 'Add Hash');
    await problemsWith(document.uri, []);
    assert.equal(readFileSync(fileAt('one.bin'), 'utf8'), 'my own work');
    assert.ok(readFileSync(listPath(), 'utf8').includes(bodySha256(one.seed, one.sizeBytes)));
  });

  it('warn of an address that changed under its hash, and update the hash by a quick fix', async () => {
    writeList([entryFor(one, 'one.bin')]);
    const document = await openList();
    while ((await lensTitles(document)).length === 0);
    await replaceIn(document, '/v1/one.bin', '/v2/one.bin');
    const [problem] = await problemsWith(document.uri, ['staleHash']);
    await document.save();
    await applyFix(document, problem!, 'Update Hash');
    await problemsWith(document.uri, []);
    assert.ok(document.getText().includes(bodySha256(newer.seed, newer.sizeBytes)));
    assertBody(readFileSync(fileAt('one.bin')), newer.seed);
  });

  it('show the state of every entry and what can be done about it', async () => {
    writeList([entryFor(one, 'one.bin'), entryFor(two, 'two.bin'), { path: 'new.bin', url: urlOf(newer.path) }]);
    writeFileSync(fileAt('two.bin'), 'my own work');
    const document = await openList();
    await problemsWith(document.uri, ['missingHash']);
    assert.deepEqual(await lensTitles(document), [
      '3 assets: 2 to fetch, 1 modified',
      'Fetch All',
      'Review…',
      'Verify All',
      ...['missing', 'Fetch'],
      ...['modified', 'Fetch', 'Verify', 'Open'],
      ...['missing', 'Fetch'],
    ]);
  });

  it('are fetched by a task: exit code 0, and 0 again with nothing asked of the network', async () => {
    writeList([entryFor(one, 'one.bin'), entryFor(two, 'sub/two.bin')]);
    assert.equal(await runListTask(), 0);
    assertBody(readFileSync(fileAt('one.bin')), one.seed);
    assertBody(readFileSync(fileAt('sub/two.bin')), two.seed);
    const requestsBefore = host.requests.length;
    assert.equal(await runListTask(), 0);
    assert.equal(host.requests.length, requestsBefore);
  });

  it('are fetched as far as possible where one entry fails: exit code 1', async () => {
    writeList([entryFor({ ...one, path: '/gone' }, 'gone.bin'), entryFor(two, 'two.bin')]);
    assert.equal(await runListTask(), 1);
    assert.equal(existsSync(fileAt('gone.bin')), false);
    assertBody(readFileSync(fileAt('two.bin')), two.seed);
  });

  it('end with exit code 3 where the bytes are not the listed ones, which never land', async () => {
    writeList([{ ...entryFor(one, 'one.bin'), url: urlOf(newer.path), size: newer.sizeBytes }]);
    assert.equal(await runListTask(), 3);
    assert.equal(existsSync(fileAt('one.bin')), false);
  });

  it('B10 never overwrite a file that was changed by hand: exit code 4', async () => {
    writeFileSync(fileAt('one.bin'), 'my own work');
    writeList([entryFor(one, 'one.bin')]);
    assert.equal(await runListTask(), 4);
    assert.equal(readFileSync(fileAt('one.bin'), 'utf8'), 'my own work');
  });

  it('C43 are refused as a whole where one path leaves the folder: exit code 2, no request', async () => {
    writeList([entryFor(one, 'one.bin'), entryFor(two, '../two.bin')]);
    const requestsBefore = host.requests.length;
    assert.equal(await runListTask(), 2);
    assert.equal(host.requests.length, requestsBefore);
    assert.equal(existsSync(fileAt('one.bin')), false);
  });

  it('C43 are refused as a whole where a link leads out of the folder: exit code 4, no request', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    symlinkSync(outside, fileAt('link'));
    writeList([entryFor(one, 'one.bin'), entryFor(two, 'link/two.bin')]);
    const requestsBefore = host.requests.length;
    assert.equal(await runListTask(), 4);
    assert.equal(host.requests.length, requestsBefore);
    assert.deepEqual(readdirSync(outside), []);
    rmSync(outside, { recursive: true });
  });

  it('are not fetched at all where they are no JSON: exit code 2', async () => {
    writeFileSync(listPath(), '{ "version": 1, "assets": [ { "path": "one.bin", ');
    assert.equal(await runListTask(), 2);
  });

  it('C05 write no sensitive path without a person who allows it by name', async () => {
    // The test host has nobody in front of it: dialogs are refused there.
    writeList([entryFor(one, '.vscode/tasks.json')]);
    assert.equal(await runListTask(), 130);
    assert.equal(existsSync(fileAt('.vscode/tasks.json')), false);
  });

  it('C16 reach no private or link-local host without a person who allows it by name', async () => {
    const requestsBefore = host.requests.length;
    for (const origin of [sampleOrigin(), 'http://localhost:1', 'http://169.254.169.254', 'http://2130706433']) {
      writeList([{ path: 'f', url: `${origin}/fonts/atlas-regular.ttf` }]);
      assert.equal(await runListTask(), 1, origin);
    }
    assert.equal(host.requests.length, requestsBefore);
    assert.equal(existsSync(fileAt('f')), false);
  });

  it('D02 I8 of 10,000 entries do not hold up the extension host while they are read', async () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => ({
      path: `many/dir-${index % 100}/file-${index}.bin`,
      url: urlOf(`/many/${index}`),
      integrity: `sha256:${String(index).padStart(64, '0')}`,
      size: index,
    }));
    writeList(entries);
    const document = await vscode.workspace.openTextDocument(listPath());
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    while ((await lensTitles(document)).length === 0);
    delay.disable();
    assert.deepEqual((await lensTitles(document)).slice(0, 2), ['10000 assets: 10000 to fetch', 'Fetch All']);
    // Compared with the same work on this thread, since how busy the machine is differs.
    const startedMs = performance.now();
    parseManifest(document.getText());
    const parsingMs = performance.now() - startedMs;
    const longestMs = delay.max / 1e6;
    assert.ok(
      longestMs < parsingMs,
      `held up for ${longestMs.toFixed(0)} ms; parsing takes ${parsingMs.toFixed(0)} ms`,
    );
  });
});
