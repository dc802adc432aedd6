import assert from 'node:assert/strict';
import { parseCount, parseSecondsAsMs, parseSizeBytes } from '../../../src/cli/quantities';
import { UsageError } from '../../../src/cli/usageError';

describe('parseSizeBytes', () => {
  const sizes: [string, number][] = [
    ['0', 0],
    ['1048576', 1_048_576],
    ['10M', 10_000_000],
    ['10m', 10_000_000],
    ['1KiB', 1024],
    ['1.5GiB', 1_610_612_736],
    ['2TB', 2_000_000_000_000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ];
  for (const [text, bytes] of sizes) it(`reads ${text}`, () => assert.equal(parseSizeBytes(text, '--x'), bytes));

  for (const text of ['', '-1', '1e3', '0x10', 'ten', '1 0', '10X', '1iB', '9007199254740992', 'Infinity', '.5']) {
    it(`refuses "${text}", naming the option`, () =>
      assert.throws(() => parseSizeBytes(text, '--max-size'), { name: 'UsageError', message: /--max-size/ }));
  }
});

describe('parseSecondsAsMs', () => {
  it('reads whole and broken seconds', () => {
    assert.equal(parseSecondsAsMs('60', '--x'), 60_000);
    assert.equal(parseSecondsAsMs('0.25', '--x'), 250);
  });

  for (const text of ['0', '-1', '', 'soon', '1e9', '99999999']) {
    it(`refuses "${text}"`, () => assert.throws(() => parseSecondsAsMs(text, '--x'), UsageError));
  }
});

describe('parseCount', () => {
  it('takes the bounds themselves', () => {
    assert.equal(parseCount('1', '--connections', 1, 64), 1);
    assert.equal(parseCount('64', '--connections', 1, 64), 64);
  });

  for (const text of ['0', '65', '-1', '1.5', '', 'many']) {
    it(`refuses "${text}" and names the bounds`, () =>
      assert.throws(() => parseCount(text, '--connections', 1, 64), { message: /--connections .* 1 to 64/ }));
  }
});
