// Finds the word that a mistyped one probably meant. Own code: twenty lines, where the packages bring more than that.

/** The candidate nearest to `word`, or null where none is near enough to be worth naming. */
export function findNearest(word: string, candidates: readonly string[]): string | null {
  const furthest = Math.max(1, Math.floor(word.length / 3));
  let nearest: string | null = null;
  let nearestDistance = furthest + 1;
  for (const candidate of candidates) {
    const distance = candidate.startsWith(word) && word.length >= 2 ? 1 : measureEdits(word, candidate);
    if (distance < nearestDistance) [nearest, nearestDistance] = [candidate, distance];
  }
  return nearest;
}

/** Levenshtein distance: insertions, deletions and replacements that turn `a` into `b`. */
function measureEdits(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 0; row < a.length; row++) {
    const current = [row + 1];
    for (let column = 0; column < b.length; column++) {
      const replaced = (previous[column] ?? 0) + (a[row] === b[column] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
