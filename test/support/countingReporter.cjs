// mocha's spec reporter, which also leaves its counts and failures in the file named by ASSET_FETCH_TEST_COUNTS, for test/run.ts.
'use strict';
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/** Enough of a failure to know it again in the summary; the whole of it stands where the suite ran. */
const describeFailure = (test) => ({
  title: test.fullTitle(),
  reason: String(test.err?.stack ?? test.err).slice(0, 2000),
});

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.ASSET_FETCH_TEST_COUNTS;
    if (file === undefined) return;
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      writeFileSync(file, JSON.stringify({ ...counts, failures: this.failures.map(describeFailure) }));
    });
  }
};
