// The value of --overwrite.
import type { OverwritePolicy } from '../assets/request';
import type { ParsedOptions } from './parseOptions';
import { UsageError } from './usageError';

const policies: ReadonlyMap<string, OverwritePolicy> = new Map([
  ['fail', 'fail'],
  ['replace', 'replace'],
  ['keep-both', 'keepBoth'],
]);

/** The policy that `text` names; `fail` where it is null. Throws UsageError on anything but fail, replace and keep-both. */
export function readOverwrite(text: string | null): OverwritePolicy {
  const policy = policies.get(text ?? 'fail');
  if (policy === undefined) throw new UsageError(`--overwrite is fail, replace or keep-both, not "${text ?? ''}".`);
  return policy;
}

/** `--overwrite` of commands that work on a list. Throws UsageError. */
export function readListOverwrite(options: ParsedOptions): 'fail' | 'replace' {
  const policy = readOverwrite(options.last('overwrite'));
  if (policy === 'keepBoth') throw new UsageError('A list names where each file goes: --overwrite is fail or replace.');
  return policy;
}
