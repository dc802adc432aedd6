import assert from 'node:assert/strict';
import { parseOptions } from '../../../src/cli/parseOptions';
import { UsageError } from '../../../src/cli/usageError';

const specs = {
  output: { type: 'string', short: 'o' },
  header: { type: 'string' },
  overwrite: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

describe('parseOptions', () => {
  it('reads options in every form, and operands between them', () => {
    const options = parseOptions(['a', '-o', 'x', '--overwrite=replace', '-q', 'b'], specs);
    assert.deepEqual(options.operands, ['a', 'b']);
    assert.equal(options.last('output'), 'x');
    assert.equal(options.last('overwrite'), 'replace');
    assert.ok(options.isSet('quiet'));
    assert.equal(options.last('header'), null);
  });

  it('takes = behind a letter for no part of the value', () => {
    assert.equal(parseOptions(['-o=eq.bin'], specs).last('output'), 'eq.bin');
    assert.equal(parseOptions(['-o', '=eq.bin'], specs).last('output'), '=eq.bin');
  });

  it('keeps every value of a repeated option, in order', () => {
    const options = parseOptions(['--header', 'A: 1', '--header', 'B: 2'], specs);
    assert.deepEqual(options.all('header'), ['A: 1', 'B: 2']);
    assert.equal(options.last('header'), 'B: 2');
  });

  it('takes everything behind -- as operands', () => {
    assert.deepEqual(parseOptions(['--', '-o', '--quiet'], specs).operands, ['-o', '--quiet']);
  });

  const refused: [string, string[], RegExp][] = [
    ['an unknown option, with the nearest name', ['--ouput', 'x'], /Unknown option --ouput\. Did you mean --output\?/],
    ['an unknown option like no other', ['--zzzzzz'], /See --help/],
    ['an unknown letter', ['-x'], /Unknown option -x/],
    ['an option named like a property of every object', ['--constructor', 'x'], /Unknown option --constructor/],
    ['a missing value', ['--output'], /--output needs a value/],
    ['an empty value', ['--output='], /--output needs a value/],
    ['an option where a value should be', ['--output', '--quiet'], /--output=VALUE/],
    ['a value given to a switch', ['--quiet=yes'], /--quiet takes no value/],
  ];
  for (const [what, args, message] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => parseOptions(args, specs),
        (error) => error instanceof UsageError && message.test(error.message),
      ));
  }

  it('takes a value that begins with a dash where it is joined by =', () => {
    assert.equal(parseOptions(['--output=-x'], specs).last('output'), '-x');
  });

  it('takes a lone dash as a value', () => {
    assert.equal(parseOptions(['-o', '-'], specs).last('output'), '-');
  });
});
