import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldPath, isExecutableName, isSensitivePath, runsWhenOpened } from '../../../src/assets/sensitivePath';

describe('isSensitivePath', () => {
  const sensitive = [
    '.vscode/settings.json',
    '.vscode/tasks.json',
    'sub/.vscode/launch.json',
    '.git/hooks/pre-commit',
    '.git/config',
    '.GIT/config',
    '.git./config',
    'GIT~1/config',
    '.g\u200cit/config',
    '．ｇｉｔ/config',
    'a\\.git\\config',
    'package.json',
    'web/Package.JSON',
    '.env',
    '.env.local',
    '.npmrc',
    'x.code-workspace',
    '.devcontainer/devcontainer.json',
    '.devcontainer.json',
    '.bashrc',
    'home/.zshenv',
    '.husky/pre-push',
    '.github/workflows/x.yml',
    'asset-fetch.json',
    'Makefile',
    'eslint.config.js',
    'eslint.config.mjs',
    'eslint.config.cjs',
    'web/vite.config.ts',
    'vite.config.mts',
    'CMakeLists.txt',
    'build.gradle',
    'build.gradle.kts',
    'build.rs',
    'Cargo.toml',
    'setup.py',
    'AGENTS.md',
    'docs/CLAUDE.md',
    '.cursorrules',
    '.clinerules',
    '.clinerules/rules.md',
    '.roo/mcp.json',
    '.eslintrc',
    '.eslintrc.json',
    '.eslintrc.yaml',
    '.mocharc.json',
    '.pnp.cjs',
    '.venv/bin/python',
    'venv/Scripts/python.exe',
    'node_modules/x/index.js',
  ];
  for (const path of sensitive) {
    it(`C05 holds for ${JSON.stringify(path)}`, () => assert.equal(isSensitivePath(path), true));
  }

  for (const path of [
    'models/a.bin',
    'git/config',
    'environment.txt',
    '.envoy',
    'vscode/x',
    'a.git',
    'my-package.json',
    'config.js',
    'model.config.json',
    'build.rs.bin',
    'my-agents.md',
    '.venv/lib/model.bin',
    'bin/tool',
    'models/config.json',
    'requirements.txt',
  ]) {
    it(`does not hold for ${path}`, () => assert.equal(isSensitivePath(path), false));
  }
});

describe('names of what runs', () => {
  for (const name of ['x.exe', 'X.VSIX', 'a.desktop', 'a.lnk', 'run.sh', 'x.exe.', 'dir/x.ps1', 'a.tar.msi']) {
    it(`C06 executable: ${name}`, () => assert.deepEqual([isExecutableName(name), runsWhenOpened(name)], [true, true]));
  }

  for (const name of ['page.html', 'icons/Logo.SVG', 'a.xhtml.', 'style.xsl']) {
    it(`C06 no program, but never opened unasked: ${name}`, () => {
      assert.deepEqual([isExecutableName(name), runsWhenOpened(name)], [false, true]);
    });
  }

  for (const name of ['model.onnx', 'exe', 'html', 'a.exe.bin', 'photo.png', 'x.tar.gz', '']) {
    it(`neither: ${JSON.stringify(name)}`, () => {
      assert.deepEqual([isExecutableName(name), runsWhenOpened(name)], [false, false]);
    });
  }
});

describe('foldPath', () => {
  const same: [string, string, string][] = [
    ['B36', 'README', 'readme'],
    ['B36', 'a/B.txt', 'A/b.TXT'],
    ['B37', 'caf\u00e9', 'cafe\u0301'],
    ['B37', 'straße', 'STRASSE'],
    ['B37', 'STRAẞE', 'strasse'],
    ['B37', 'ﬁle', 'file'],
    ['B37', 'Σ', 'ς'],
    ['B37', 'a\u200bb'.replace('\u200b', '\u200d'), 'ab'],
    ['B37', '\u0345\u0301', '\u0301\u0345'],
    ['B37', '\u0345\u0301', '\u0301\u0399'],
    ['B37', '\u1f80\u0301', '\u1f00\u0301\u0345'],
    ['B37', '\u0390', '\u1fd3'],
    ['B34', 'a./b ', 'a/b'],
    ['B34', 'a\\b', 'a/b'],
  ];
  for (const [id, one, other] of same) {
    it(`${id} takes ${JSON.stringify(one)} and ${JSON.stringify(other)} for the same`, () => {
      assert.equal(foldPath(one), foldPath(other));
    });
  }

  it('B36 keeps different names apart', () => {
    assert.notEqual(foldPath('a/b'), foldPath('a/c'));
    assert.notEqual(foldPath('ab'), foldPath('a/b'));
    assert.notEqual(foldPath('resume'), foldPath('résumé'));
  });

  it('B37 does not tell apart what differs by case or Unicode form alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (path) => {
        // Case mapping does not keep apart what is in canonical order and what is not: U+0345 becomes a letter.
        const ordered = path.normalize('NFD');
        for (const other of [ordered.toLowerCase(), ordered.toUpperCase(), ordered, path.normalize('NFKC')]) {
          assert.equal(foldPath(other), foldPath(path));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
