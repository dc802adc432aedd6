// What can be wrong with a manifest, where it stands in the text, and how it is told. Finding it is manifest.ts and its neighbours.

export type Severity = 'error' | 'warning' | 'information';

/** Every kind of problem. Closed: quick fixes branch on these. */
export const problemCodes = [
  'brokenJson',
  'wrongType',
  'missingField',
  'unknownField',
  'duplicateField',
  'unknownVersion',
  'missingHash',
  'weakHash',
  'invalidHash',
  'unsafePath',
  'sensitivePath',
  'pathCollision',
  'nestedPath',
  'invalidUrl',
  'unsupportedUrl',
  'credentialsInUrl',
  'unstableUrl',
  'unknownPlatform',
  /** The address changed and the hash did not; told by editors, which saw it change. */
  'staleHash',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

export interface Problem {
  /** Errors keep the whole manifest from being used; the others do not. */
  readonly severity: Severity;
  readonly code: ProblemCode;
  /** One sentence, without secrets. */
  readonly message: string;
  /** UTF-16 offset and length in the text. */
  readonly offset: number;
  readonly length: number;
  /** From 1. */
  readonly line: number;
  /** Index in `assets`; null for what concerns the manifest as a whole. */
  readonly assetIndex: number | null;
}

/** A piece of the text, in UTF-16 offsets. jsonc-parser's nodes are such. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Tells of a problem in the part of the manifest that is being read. */
export type TellProblem = (severity: Severity, code: ProblemCode, message: string, at: Span) => void;

export interface ProblemCollector {
  readonly problems: readonly Problem[];
  readonly add: (severity: Severity, code: ProblemCode, message: string, at: Span, assetIndex?: number) => void;
  readonly errorCount: () => number;
  readonly lineOf: (offset: number) => number;
}

/** Gathers the problems of one text. */
export function collectProblems(text: string): ProblemCollector {
  const problems: Problem[] = [];
  let errors = 0;
  const lineOf = makeLineLookup(text);
  return {
    problems,
    lineOf,
    errorCount: () => errors,
    add: (severity, code, message, { offset, length }, assetIndex) => {
      if (severity === 'error') errors += 1;
      problems.push({ severity, code, message, offset, length, line: lineOf(offset), assetIndex: assetIndex ?? null });
    },
  };
}

/** `asset-fetch.json:12: error: …`, the form that terminals and problem matchers know. */
export function formatProblem({ severity, message, line }: Problem, file: string): string {
  return `${file}:${line}: ${severity}: ${message}`;
}

/** Gives the line, from 1, of an offset. Binary search: a big manifest asks tens of thousands of times. */
function makeLineLookup(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // LF, or CR that no LF follows.
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
