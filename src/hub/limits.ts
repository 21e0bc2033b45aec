import type { RetryLimits } from '../support/retry.js';

/** Limits of one call to the hub. The waits are from 0.5 s to 8 s. */
export const defaultLimits: RetryLimits = { attemptMs: 10_000, deadlineMs: 30_000, backoff: { firstMs: 500, maxMs: 8_000 } };
