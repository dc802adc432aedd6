// Comments lead readers from file to file; the files that they name have to be there.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

function listSources(): string[] {
  return ['src', 'test', 'bench'].flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|mjs|cjs)$/.test(file))
      .map((file) => join(folder, file)),
  );
}

/** Paths and names such as `engine/retry.ts` in the comments of a source. */
function namesInComments(text: string): string[] {
  const comments = text.match(/(?:^|\s)\/\/ .*|\/\*\*[\s\S]*?\*\//gm) ?? [];
  return comments.flatMap((comment) => comment.match(/[\w/.-]*\w\.(?:ts|mjs|cjs)\b/g) ?? []);
}

describe('comments', () => {
  it('name only files that exist', () => {
    const sources = listSources();
    const roots = readdirSync(repositoryRoot);
    const exists = (name: string): boolean =>
      roots.includes(basename(name)) || sources.some((file) => `/${file}`.endsWith(`/${name}`));
    const missing = sources.flatMap((file) =>
      namesInComments(readFileSync(join(repositoryRoot, file), 'utf8'))
        .filter((name) => !exists(name))
        .map((name) => `${file}: ${name}`),
    );
    assert.deepEqual(missing, []);
  });
});
