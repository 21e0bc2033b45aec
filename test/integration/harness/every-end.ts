/**
 * Runs each of them, in this order, also after one that failed; then throws the first failure. What a failed test leaves behind
 * (an operator, a fault, an open connection) would make other tests fail.
 */
export async function everyEnd(...ends: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const end of ends) {
    try {
      await end();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
