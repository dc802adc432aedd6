// Whether one path lies in another, by their names alone. Links are engine/place.ts's and diskSurvey.ts's to follow.
import * as path from 'node:path';

/** Whether `inside` is `root` or below it; both absolute. Compares whole components: `/work/out2` is not in `/work/out`. */
export function isInside(root: string, inside: string): boolean {
  const relative = path.relative(root, inside);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
