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
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

export interface Backoff {
  /** Milliseconds of the first wait. */
  firstMs: number;
  /** Longest wait in milliseconds. */
  maxMs: number;
}

/** Milliseconds before attempt `n` (from 1): doubled each time, then spread over 50–100 % so that clients do not march in step. */
export function delayOf(attempt: number, { firstMs, maxMs }: Backoff, random: () => number = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return full * (0.5 + random() / 2);
}

/** Milliseconds that a `Retry-After` header asks for (seconds or a date); 0 without one. */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
