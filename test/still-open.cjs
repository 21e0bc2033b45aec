// Loaded by mocha after its fixtures: a handle that a test left open is told and ends the run, which would hang otherwise.
const patienceMs = 10_000;

exports.mochaGlobalTeardown = () => {
  setTimeout(() => {
    process.stderr.write(`error: tests left something open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  }, patienceMs).unref();
};
