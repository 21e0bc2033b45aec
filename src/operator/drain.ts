import type { Clock } from '../support/clock.js';

/** The work that runs gets this time at the end. */
const drainMs = 20_000;

/** Waits for the end of the work; after the signal only for a while, then it ends the work's requests. */
export async function drained(works: Promise<unknown>, ended: AbortSignal, hard: AbortController, clock: Clock): Promise<void> {
  const done = new AbortController();
  const limit = async (): Promise<void> => {
    await aborted(ended);
    await clock.sleep(drainMs, done.signal);
    hard.abort();
  };
  void limit();
  await works;
  done.abort();
}

/** Resolves when the signal fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
