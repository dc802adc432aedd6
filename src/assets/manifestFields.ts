// The fields of one JSON object of the manifest, by name: unknown and repeated ones become problems.
import type { Node } from 'jsonc-parser';
import type { ProblemCollector } from './manifestProblems';

/**
 * The values of an object's known fields; null, with a problem, where the node is no object. `what` names the object at the
 * beginning of a sentence.
 */
export function readFields(
  node: Node,
  known: readonly string[],
  what: string,
  collector: ProblemCollector,
  assetIndex?: number,
): ReadonlyMap<string, Node> | null {
  if (node.type !== 'object') {
    collector.add('error', 'wrongType', `${what} must be an object in braces.`, node, assetIndex);
    return null;
  }
  const fields = new Map<string, Node>();
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    if (!known.includes(name)) {
      const message = `${what} has a field “${name.slice(0, 60)}” that is not known; it is ignored.`;
      collector.add('warning', 'unknownField', message, key, assetIndex);
    } else if (fields.has(name)) {
      // Readers differ in which of the two they take, so neither is safe.
      collector.add('error', 'duplicateField', `${what} has the field “${name}” twice.`, key, assetIndex);
    } else {
      fields.set(name, value);
    }
  }
  return fields;
}
