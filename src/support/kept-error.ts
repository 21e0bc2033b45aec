/**
 * The same error, for somebody who keeps it. Until its stack is read, V8 keeps with an error all that the functions on the stack used:
 * with the failure of a device, its whole work with its user-data and its key.
 */
export function keptError<T>(error: T): T {
  const seen = new Set<unknown>();
  for (let one: unknown = error; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one);
    void one.stack;
  }
  return error;
}
