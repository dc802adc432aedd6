// Splits arguments into options and operands by a command's table. What the values mean is the command's business.
import { parseArgs } from 'node:util';
import { findNearest } from './didYouMean';
import { UsageError } from './usageError';

/** One option of a command: `--name VALUE`, or a switch where `type` is boolean. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** One-letter form, without the dash. */
  readonly short?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Options by name, each with every value it was given in order; switches have the value `true`. */
export interface ParsedOptions {
  readonly operands: readonly string[];
  /** The last value of an option, or null where it was not given. */
  last(name: string): string | null;
  /** Every value of an option, in order. */
  all(name: string): readonly string[];
  isSet(name: string): boolean;
}

/** Options that every command understands. */
export const commonOptions = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
} as const satisfies OptionSpecs;

/**
 * Parses the arguments behind the command's name; `--` ends the options.
 * Throws UsageError on unknown options, missing values and values given to switches.
 */
export function parseOptions(args: readonly string[], specs: OptionSpecs): ParsedOptions {
  // Not strict: node's own messages tell errors apart by text alone, and suggest nothing.
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: specs,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const value = checkOption(token, specs);
    values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  return {
    operands: positionals,
    last: (name) => values.get(name)?.at(-1) ?? null,
    all: (name) => values.get(name) ?? [],
    isSet: (name) => values.has(name),
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, specs: OptionSpecs): string {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) throw new UsageError(describeUnknown(rawName, name, specs));
  if (spec.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    return 'true';
  }
  // `-o=FILE`, where `=` is no part of the name.
  if (inlineValue === true && !rawName.startsWith('--') && value?.startsWith('=')) {
    return checkOption({ name, rawName, value: value.slice(1), inlineValue }, specs);
  }
  if (value === undefined || value === '') throw new UsageError(`${rawName} needs a value.`);
  if (inlineValue === false && /^-[^\d]/.test(value)) {
    // The value is not repeated: it may be a header with a secret.
    throw new UsageError(`${rawName} needs a value. One that begins with a dash is written --${name}=VALUE.`);
  }
  return value;
}

function describeUnknown(rawName: string, name: string, specs: OptionSpecs): string {
  const nearest = rawName.startsWith('--') ? findNearest(name, Object.keys(specs)) : null;
  const hint = nearest === null ? 'See --help for the options there are.' : `Did you mean --${nearest}?`;
  return `Unknown option ${rawName}. ${hint}`;
}
