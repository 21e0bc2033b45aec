import type { RetryLimits } from '../support/retry.js';

/** Of one call to the hub; waits are from 0.5 s to 8 s. */
export const defaultLimits: RetryLimits = { attemptMs: 10_000, deadlineMs: 30_000, backoff: { firstMs: 500, maxMs: 8_000 } };
