// mocha's own spec reporter, which also adds `passed failed skipped` to the file that scripts/test.sh sums up.
const { appendFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env.EDGE_VM_TEST_COUNTS;
      if (file) appendFileSync(file, `${this.stats.passes} ${this.stats.failures} ${this.stats.pending}\n`);
    });
  }
};
