/**
 * Leaves a test out (in a `before`, all tests of its `describe`) and says why, so that a test that did not run does not look
 * as if it had passed. scripts/test.sh counts them.
 */
export function leaveOut(context: Mocha.Context, reason: string): never {
  process.stderr.write(`skipped: ${context.test?.fullTitle() ?? ''}: ${reason}\n`);
  return context.skip();
}
