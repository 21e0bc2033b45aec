/** Waiting, for the clients of cluster and hub. It is here because neither of them may import the other. */

import { allowMany } from './abort.js';

/** The longest possible timer; a longer one would end at once. */
const longestMs = 2 ** 31 - 1;

/** Resolves after `ms`, or early and quietly when the signal aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(Math.max(0, ms), longestMs));
    if (signal === undefined) return;
    allowMany(signal);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Milliseconds that a `Retry-After` header asks for (seconds or a date); 0 without one. */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
