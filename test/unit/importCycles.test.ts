// Imports within src form no circle; those of types count, for they tie files together just as well.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sourceFolder = fileURLToPath(new URL('../../src', import.meta.url));

/** The files of src that a file imports, without their extension. */
function importsOf(file: string): string[] {
  const text = readFileSync(`${file}.ts`, 'utf8');
  const specifiers = [...text.matchAll(/(?:^(?:import|export)[^;]*?from |import\()'(\.[^']*)'/gm)];
  return specifiers.map(([, specifier = '']) => join(dirname(file), specifier));
}

/** Files that lead back to themselves, each followed by the one that it imports; empty where none does. */
function findCycle(importsByFile: ReadonlyMap<string, readonly string[]>): string[] {
  const cleared = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (cleared.has(file)) return [];
    for (const imported of importsByFile.get(file) ?? []) {
      const cycle = visit(imported, [...way, file]);
      if (cycle.length > 0) return cycle;
    }
    cleared.add(file);
    return [];
  };
  return [...importsByFile.keys()].map((file) => visit(file, [])).find((cycle) => cycle.length > 0) ?? [];
}

describe('imports', () => {
  it('form no circle', () => {
    const files = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
      .map((file) => join(sourceFolder, file.slice(0, -'.ts'.length)));
    const importsByFile = new Map(files.map((file) => [file, importsOf(file)]));
    assert.ok([...importsByFile.values()].flat().length > files.length, 'too few imports were understood');
    assert.deepEqual(findCycle(importsByFile), []);
  });

  it('are found to form one', () => {
    const circle = { a: ['b', 'c'], b: [], c: ['d'], d: ['b', 'a'] };
    assert.deepEqual(findCycle(new Map(Object.entries(circle))), ['a', 'c', 'd', 'a']);
  });
});
