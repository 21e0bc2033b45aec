/** Declares a test whose body runs beside others. It may take 10 minutes unless it says more, and it waits for its turn as well. */
export type ItTogether = (title: string, body: () => Promise<void>, limitMs?: number) => void;

/**
 * Tests of one `describe` that run at the same time, because they mostly wait for the cluster. All bodies start when the
 * hooks before are done, at most `atOnce` at a time. Each test reports its own result. They share only the scene. (`--grep`
 * runs the bodies of the other tests too.)
 */
export function together(atOnce = 4): ItTogether {
  const waiting: (() => Promise<void>)[] = [];
  before(() => {
    for (let slot = 0; slot < atOnce; slot += 1) void work(waiting);
  });
  return (title, body, limitMs = 600_000) => {
    const { promise, run } = deferred(body);
    waiting.push(run);
    it(title, function () {
      this.timeout(limitMs);
      return promise;
    });
  };
}

async function work(waiting: (() => Promise<void>)[]): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
}

/** A body that never rejects when it runs; its outcome is the promise's. */
function deferred(body: () => Promise<void>): { promise: Promise<void>; run: () => Promise<void> } {
  let settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // mocha looks at it only when its turn comes.
  promise.catch(() => undefined);
  const run = (): Promise<void> => body().then(() => settle?.resolve(), (error: unknown) => settle?.reject(error));
  return { promise, run };
}
