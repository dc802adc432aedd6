import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatProgressBar, formatProgressLine, fitName } from '../../../src/cli/progressText';

const facts = {
  name: 'model.bin',
  receivedBytes: 42_000_000,
  totalBytes: 100_000_000,
  bytesPerSecond: 10_000_000,
  connections: 4,
};

describe('formatProgressBar', () => {
  it('shows name, percent, bar, amounts, speed, time left and connections where there is room', () => {
    const bar = formatProgressBar(facts, 120);
    assert.match(bar, /^model\.bin {2}\[=+> *\] {3}42 % {4}42 MB of 100 MB {4}10 MB\/s {2}0:06 left {2}4 connections$/);
  });

  it('A39 shows no percent, bar or time left where the size is unknown', () => {
    const bar = formatProgressBar({ ...facts, totalBytes: null }, 80);
    assert.equal(bar, 'model.bin    42 MB    10 MB/s  4 connections');
  });

  it('drops what matters least on a narrow terminal, never the percent', () => {
    assert.match(formatProgressBar(facts, 30), /^42 % {2}42 MB of 100 MB$|42 %/);
    assert.doesNotMatch(formatProgressBar(facts, 40), /connections/);
  });

  it('never fills the last cell, whatever the figures', () => {
    const figure = fc.record({
      name: fc.string({ maxLength: 300 }),
      receivedBytes: fc.maxSafeNat(),
      totalBytes: fc.option(fc.maxSafeNat()),
      bytesPerSecond: fc.double({ min: 0, max: 1e12, noNaN: true }),
      connections: fc.nat(64),
    });
    fc.assert(
      fc.property(figure, fc.integer({ min: 1, max: 300 }), (drawn, columns) => {
        const bar = formatProgressBar(drawn, columns);
        assert.ok(bar.length <= columns - 1);
        assert.doesNotMatch(bar.replace(drawn.name, ''), /NaN|Infinity|undefined/);
      }),
    );
  });
});

describe('formatProgressLine', () => {
  it('says everything in one line', () => {
    assert.equal(formatProgressLine(facts), 'model.bin: 42 % of 100 MB, 10 MB/s, 0:06 left, 4 connections');
  });

  it('leaves out what is not known yet', () => {
    const nothingYet = { ...facts, receivedBytes: 0, totalBytes: null, bytesPerSecond: 0, connections: 1 };
    assert.equal(formatProgressLine(nothingYet), 'model.bin: 0 B');
  });
});

describe('fitName', () => {
  it('keeps the start and the extension', () => {
    assert.equal(fitName('a-very-long-name.bin', 12), 'a-ver....bin');
  });

  it('stays within the width', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 80 }), (name, width) => fitName(name, width).length <= width),
    );
  });
});
