// Lint rules. The import table of CONTRIBUTING.md is enforced here, one block a folder.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Forbids imports in a folder; `groups` are gitignore-style patterns as `no-restricted-imports` takes them. */
const forbid = (files, ...rules) => ({
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: rules.map(([group, message]) => ({ group, message })) }],
  },
});

const UNDICI = [['undici', 'undici/*'], 'undici is imported by engine/http.ts alone.'];
const VSCODE = [['vscode'], 'vscode is imported by src/editor and extension.ts alone.'];
const ENGINE = [
  ['**/editor/*', '**/cli/*', '**/bridge/*', '!**/bridge/protocol', '!**/bridge/diagnosis'],
  'engine imports assets, bridge/protocol and bridge/diagnosis alone.',
];

export default tseslint.config(
  { ignores: ['dist', 'out', 'node_modules', '.vscode-test', 'bench/node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      'no-console': 'error',
      'no-control-regex': 'off',
      eqeqeq: 'error',
    },
  },
  forbid(
    ['src/assets/**'],
    VSCODE,
    UNDICI,
    [['node:*', '!node:path', '!node:url'], 'assets is pure: only node:path and node:url.'],
    [['**/bridge/*', '**/engine/*', '**/editor/*', '**/cli/*'], 'assets imports nothing of the other folders.'],
  ),
  forbid(
    ['src/bridge/**'],
    VSCODE,
    UNDICI,
    [['node:*', '!node:worker_threads'], 'bridge uses node:worker_threads alone.'],
    [['**/engine/*', '**/editor/*', '**/cli/*'], 'bridge imports assets alone.'],
  ),
  forbid(['src/engine/**'], VSCODE, UNDICI, ENGINE),
  forbid(['src/engine/http.ts'], VSCODE, ENGINE),
  forbid(
    ['src/editor/**', 'src/extension.ts'],
    UNDICI,
    [['**/engine/*'], 'The editor reaches the engine through bridge.'],
    [['**/cli/*'], 'The editor knows nothing of the command line.'],
  ),
  {
    files: ['src/editor/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.property.name='t'][callee.object.name='l10n']:not([arguments.0.type='Literal'])",
          message: 'Texts to translate are collected from the source: pass them as literals.',
        },
        {
          selector:
            "CallExpression[callee.property.name='t'][callee.object.property.name='l10n']:not([arguments.0.type='Literal'])",
          message: 'Texts to translate are collected from the source: pass them as literals.',
        },
      ],
    },
  },
  forbid(['src/cli.ts', 'src/cli/**'], VSCODE, UNDICI, [
    ['**/editor/*'],
    'The command line knows nothing of the editor.',
  ]),
  {
    files: ['test/**', 'bench/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        require: 'readonly',
        exports: 'readonly',
        module: 'readonly',
      },
    },
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'no-console': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
);
