// Reads asset-fetch.json. Whatever the text, the answer is problems with their places, never an exception. Entries are read by
// manifestEntry.ts, compared by manifestPaths.ts, written by manifestEdit.ts.
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { readAsset, type ManifestAsset } from './manifestEntry';
import { readFields } from './manifestFields';
import { findOwnPath, findPathConflicts } from './manifestPaths';
import { collectProblems, type Problem, type ProblemCollector } from './manifestProblems';

/** Name of the manifest in a workspace folder. */
export const manifestFileName = 'asset-fetch.json';

/** The only version there is. */
const manifestVersion = 1;

export interface Manifest {
  readonly assets: readonly ManifestAsset[];
}

export interface ParsedManifest {
  /** Null where there is any error: a manifest is used as a whole or not at all. */
  readonly manifest: Manifest | null;
  /** Entries that are sound by themselves, in order, for showing beside the text while the rest is being repaired. */
  readonly assets: readonly ManifestAsset[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a manifest: JSON with comments and trailing commas. Never throws. `ownPaths` are those of the manifest itself, relative
 * to its folder.
 */
export function parseManifest(text: string, ownPaths: readonly string[] = []): ParsedManifest {
  const collector = collectProblems(text);
  const root = parseJson(text, collector);
  const assets = root === null ? [] : readManifest(root, collector);
  findPathConflicts(assets, collector);
  findOwnPath(assets, ownPaths, collector);
  const problems = [...collector.problems].sort((one, other) => one.offset - other.offset);
  return { manifest: collector.errorCount() === 0 ? { assets } : null, assets, problems };
}

/** Whether an entry is meant for a machine; names as in Node's `process.platform` and `process.arch`. */
export function matchesPlatform(asset: Pick<ManifestAsset, 'platforms'>, platform: string, arch: string): boolean {
  return (
    asset.platforms === null || asset.platforms.some((name) => name === platform || name === `${platform}-${arch}`)
  );
}

function parseJson(text: string, collector: ProblemCollector): Node | null {
  const errors: ParseError[] = [];
  const root = parseTreeSafely(text, errors);
  for (const error of errors.slice(0, 20)) {
    collector.add('error', 'brokenJson', describeSyntax(error), {
      offset: error.offset,
      length: Math.max(1, error.length),
    });
  }
  if (root === null && errors.length === 0) {
    const message = 'The manifest is empty or nested too deeply.';
    collector.add('error', 'brokenJson', message, { offset: 0, length: text.length });
  }
  return root;
}

function parseTreeSafely(text: string, errors: ParseError[]): Node | null {
  try {
    // A byte order mark is no part of JSON, but editors on Windows write it. Offsets stay.
    return parseTree(text.replace(/^\ufeff/, ' '), errors, { allowTrailingComma: true }) ?? null;
  } catch (error) {
    // The parser recurses; only nesting that no manifest has exhausts its stack.
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

/** `The manifest is not valid JSON here: comma expected.` */
function describeSyntax({ error }: ParseError): string {
  const words = printParseErrorCode(error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `The manifest is not valid JSON here: ${words.toLowerCase()}.`;
}

function readManifest(root: Node, collector: ProblemCollector): ManifestAsset[] {
  const fields = readFields(root, ['$schema', 'version', 'assets'], 'The manifest', collector);
  if (fields === null) return [];
  const schema = fields.get('$schema');
  if (schema !== undefined && schema.type !== 'string') {
    collector.add('error', 'wrongType', '“$schema” must be a text.', schema);
  }
  checkVersion(fields.get('version'), root, collector);
  const list = fields.get('assets');
  if (list === undefined) {
    collector.add('error', 'missingField', 'The manifest has no list “assets”.', { offset: root.offset, length: 1 });
  } else if (list.type !== 'array') {
    collector.add('error', 'wrongType', '“assets” must be a list.', list);
  }
  const entries = list?.type === 'array' ? (list.children ?? []) : [];
  return entries.flatMap((entry, index) => readAsset(entry, index, collector) ?? []);
}

function checkVersion(version: Node | undefined, root: Node, collector: ProblemCollector): void {
  if (version === undefined) {
    const message = `The manifest has no “version”; write "version": ${manifestVersion}.`;
    collector.add('error', 'missingField', message, { offset: root.offset, length: 1 });
  } else if (version.type !== 'number') {
    collector.add('error', 'wrongType', '“version” must be a number.', version);
  } else if (version.value !== manifestVersion) {
    const message = `The manifest has a version that this Asset Fetch does not know; it knows ${manifestVersion}.`;
    collector.add('error', 'unknownVersion', message, version);
  }
}
