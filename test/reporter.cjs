// mocha's own spec reporter. For scripts/test.sh it also adds `passed failed skipped` to the file that the script sums up, and
// each failure to another one, which the script prints at its end: of a long output often only the end is kept.
const { appendFileSync } = require('node:fs');
const { reporters } = require('mocha');

/** The most lines of one error: a diff or a dump of objects may have thousands. */
const maxLines = 40;

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env.EDGE_VM_TEST_COUNTS;
      if (!file) return;
      appendFileSync(file, `${this.stats.passes} ${this.stats.failures} ${this.stats.pending}\n`);
      for (const test of this.failures) {
        const lines = (test.err?.stack ?? String(test.err)).split('\n');
        const left = lines.length > maxLines ? [`… ${lines.length - maxLines} more lines`] : [];
        const text = [...lines.slice(0, maxLines), ...left].map((line) => `      ${line}`).join('\n');
        appendFileSync(`${file}.failures`, `  ${test.fullTitle()}\n    ${test.file ?? ''}\n${text}\n`);
      }
    });
  }
};
