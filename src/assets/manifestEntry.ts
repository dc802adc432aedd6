// Reads one entry of the manifest's `assets`. How entries get along with each other is manifestPaths.ts.
import type { Node } from 'jsonc-parser';
import { checkRelativePath } from './destination';
import { FetchError } from './fetchError';
import { isStrong, parseIntegrity, type Integrity } from './integrity';
import { readFields } from './manifestFields';
import type { ProblemCode, ProblemCollector, Span, TellProblem } from './manifestProblems';
import { isSensitivePath } from './sensitivePath';
import { checkManifestUrl } from './manifestUrl';

/** One wanted file of a manifest, checked. */
export interface ManifestAsset {
  /** Place in `assets`, from 0. */
  readonly index: number;
  /** Relative to the manifest's folder, `/`-separated, below it. */
  readonly path: string;
  /** The first is the original, the others are mirrors. */
  readonly urls: readonly string[];
  /** Empty: the entry is not pinned. */
  readonly integrity: readonly Integrity[];
  readonly sizeBytes: number | null;
  readonly isExecutable: boolean;
  /** `linux-x64`, `darwin`…; null: every machine. */
  readonly platforms: readonly string[] | null;
  /** Where the entry stands in the text; `line` from 1. */
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  /** Where its values stand, for diagnostics and quick fixes. */
  readonly fields: {
    readonly path: Span;
    readonly urls: readonly Span[];
    readonly integrity: Span | null;
    readonly size: Span | null;
  };
}

const KNOWN_FIELDS = ['path', 'url', 'urls', 'integrity', 'size', 'executable', 'platforms'];

/** Node's names (`process.platform`, `process.arch`); others may exist and only warn. */
const PLATFORMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openbsd', 'sunos', 'win32'];
const ARCHITECTURES = ['arm', 'arm64', 'ia32', 'loong64', 'mips', 'mipsel', 'ppc64', 'riscv64', 's390x', 'x64'];

/** The entry, or null where something in it is an error; the problems are with the collector. */
export function readAsset(node: Node, index: number, collector: ProblemCollector): ManifestAsset | null {
  const fields = readFields(node, KNOWN_FIELDS, 'An entry of “assets”', collector, index);
  if (fields === null) return null;
  const errorsBefore = collector.errorCount();
  const tell: TellProblem = (severity, code, message, at) => collector.add(severity, code, message, at, index);
  const brace = { offset: node.offset, length: 1 };
  const path = readPath(fields.get('path'), brace, tell);
  const integrity = readIntegrity(fields.get('integrity'), tell);
  const urls = readUrls(fields, brace, tell);
  for (const { text, span } of urls) checkManifestUrl(text, integrity.length > 0, span, tell);
  const rest = {
    sizeBytes: readSize(fields.get('size'), tell),
    isExecutable: readBoolean(fields.get('executable'), tell),
    platforms: readPlatforms(fields.get('platforms'), tell),
  };
  if (collector.errorCount() > errorsBefore) return null;
  if (integrity.length === 0) {
    const message = `“${path}” has no hash: whatever the server sends will be taken.`;
    tell('warning', 'missingHash', message, urls[0]?.span ?? brace);
  }
  const place = { offset: node.offset, length: node.length, line: collector.lineOf(node.offset) };
  const spans = {
    path: spanOf(fields, 'path') ?? brace,
    integrity: spanOf(fields, 'integrity'),
    size: spanOf(fields, 'size'),
  };
  const texts = urls.map(({ text }) => text);
  return {
    index,
    path,
    urls: texts,
    integrity,
    ...rest,
    ...place,
    fields: { ...spans, urls: urls.map(({ span }) => span) },
  };
}

function readPath(node: Node | undefined, brace: Span, tell: TellProblem): string {
  if (node === undefined) {
    tell('error', 'missingField', 'An entry of “assets” has no “path”.', brace);
    return '';
  }
  const text = readText(node, '“path” must be a text', tell);
  if (text === null) return '';
  const path = orProblem(() => checkRelativePath(text), 'unsafePath', node, tell) ?? '';
  if (isSensitivePath(path)) {
    const message = `Tools obey “${path}” unasked; everyone who fetches it is asked for consent.`;
    tell('warning', 'sensitivePath', message, node);
  }
  return path;
}

interface UrlField {
  readonly text: string;
  readonly span: Span;
}

function readUrls(fields: ReadonlyMap<string, Node>, brace: Span, tell: TellProblem): UrlField[] {
  const single = fields.get('url');
  const list = fields.get('urls');
  if (single !== undefined && list !== undefined)
    tell('error', 'duplicateField', 'Give “url” or “urls”, not both.', list);
  if (single !== undefined) return readUrl(single, '“url” must be a text', tell);
  if (list === undefined) {
    tell('error', 'missingField', 'An entry of “assets” has neither “url” nor “urls”.', brace);
    return [];
  }
  const urls = list.type === 'array' ? (list.children ?? []) : [];
  if (urls.length === 0) tell('error', 'wrongType', '“urls” must be a list of at least one address.', list);
  return urls.flatMap((url) => readUrl(url, '“urls” must hold texts', tell));
}

function readUrl(node: Node, requirement: string, tell: TellProblem): UrlField[] {
  const text = readText(node, requirement, tell);
  return text === null ? [] : [{ text, span: { offset: node.offset, length: node.length } }];
}

function readIntegrity(node: Node | undefined, tell: TellProblem): Integrity[] {
  const text = node === undefined ? null : readText(node, '“integrity” must be a text', tell);
  if (node === undefined || text === null) return [];
  const hashes = orProblem(() => parseIntegrity(text), 'invalidHash', node, tell) ?? [];
  if (hashes.length > 0 && !hashes.some(({ algorithm }) => isStrong(algorithm))) {
    const names = hashes.map(({ algorithm }) => algorithm).join(', ');
    tell('warning', 'weakHash', `${names} detects accidents, not attackers; give a sha256 hash.`, node);
  }
  return hashes;
}

function readSize(node: Node | undefined, tell: TellProblem): number | null {
  if (node === undefined) return null;
  const size: unknown = node.value;
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  tell('error', 'wrongType', '“size” must be a whole number of bytes.', node);
  return null;
}

function readBoolean(node: Node | undefined, tell: TellProblem): boolean {
  if (node !== undefined && node.type !== 'boolean')
    tell('error', 'wrongType', '“executable” must be true or false.', node);
  return node?.value === true;
}

function readPlatforms(node: Node | undefined, tell: TellProblem): string[] | null {
  if (node === undefined) return null;
  const entries = node.type === 'array' ? (node.children ?? []) : [];
  if (entries.length === 0) tell('error', 'wrongType', '“platforms” must be a list of at least one platform.', node);
  return entries.flatMap((entry) => readPlatform(entry, tell) ?? []);
}

function readPlatform(node: Node, tell: TellProblem): string | null {
  const name = readText(node, '“platforms” must hold texts', tell);
  if (name !== null && !isKnownPlatform(name)) {
    const shown = name.slice(0, 60);
    const message = `“${shown}” is not a platform that is known, such as linux-x64, darwin-arm64 or win32.`;
    tell('warning', 'unknownPlatform', message, node);
  }
  return name;
}

function isKnownPlatform(name: string): boolean {
  const [platform = '', architecture, ...rest] = name.split('-');
  const isArchitectureKnown = architecture === undefined || ARCHITECTURES.includes(architecture);
  return PLATFORMS.includes(platform) && isArchitectureKnown && rest.length === 0;
}

function readText(node: Node, requirement: string, tell: TellProblem): string | null {
  const value: unknown = node.value;
  if (typeof value === 'string') return value;
  tell('error', 'wrongType', `${requirement} in double quotes.`, node);
  return null;
}

/** What `read` gives; null, with a problem, where it raises a FetchError. */
function orProblem<T>(read: () => T, code: ProblemCode, at: Span, tell: TellProblem): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FetchError)) throw error;
    tell('error', code, error.message, at);
    return null;
  }
}

function spanOf(fields: ReadonlyMap<string, Node>, name: string): Span | null {
  const node = fields.get(name);
  return node === undefined ? null : { offset: node.offset, length: node.length };
}
