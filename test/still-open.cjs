// Loaded by mocha: if a test file leaves something open, this reports it and the run fails. Without it, a run of one process
// would hang; the workers of a parallel run, which are killed in the end, would report nothing.
const { setTimeout: delay } = require('node:timers/promises');

const patienceMs = 10_000;

/** How many of each kind keep the process alive. */
function open() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

// A worker lives on for the next file, so what it had before that is no fault of the file.
const inWorker = process.env.MOCHA_WORKER_ID !== undefined;
let before;

exports.mochaHooks = inWorker
  ? {
      // mocha times a hook once it has given its promise: both look after that, so that its timer counts both times.
      async beforeAll() {
        await delay(0);
        before = open();
      },
      async afterAll() {
        this.timeout(2 * patienceMs);
        const fresh = () => [...open()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
        await delay(0);
        for (const end = Date.now() + patienceMs; fresh().length > 0 && Date.now() < end; ) await delay(20, undefined, { ref: false });
        if (fresh().length > 0) throw new Error(`tests of ${this.test.parent.suites[0]?.file} left something open: ${fresh().join(', ')}`);
      },
    }
  : {};

exports.mochaGlobalTeardown = () => {
  setTimeout(() => {
    process.stderr.write(`error: tests left something open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    // mocha sets the code by the tests alone, in a listener of its own.
    process.on('exit', () => (process.exitCode = 1));
    process.exit();
  }, patienceMs).unref();
};
