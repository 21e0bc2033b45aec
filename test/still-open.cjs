// Loaded by mocha after its fixtures: a handle that a test left open is told and ends the run, which would hang otherwise.
const patienceMs = 10_000;

exports.mochaGlobalTeardown = () => {
  setTimeout(() => {
    process.stderr.write(`error: tests left something open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    // mocha sets the code by the tests alone, in a listener of its own.
    process.on('exit', () => (process.exitCode = 1));
    process.exit();
  }, patienceMs).unref();
};
