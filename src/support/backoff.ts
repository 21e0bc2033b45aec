/** How the pauses between attempts grow. */
export interface Backoff {
  /** Milliseconds of the first wait. */
  firstMs: number;
  /** Longest wait in milliseconds. */
  maxMs: number;
}

/** Milliseconds before attempt `n` (from 1): doubled each time, then spread over 50–100 % so that clients do not all come at the same time. */
export function delayOf(attempt: number, { firstMs, maxMs }: Backoff, random: () => number = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return full * (0.5 + random() / 2);
}
