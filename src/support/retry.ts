import { abortError, joined, untilAborted } from './abort.js';
import { delayOf, type Backoff } from './backoff.js';
import { systemClock, type Clock } from './clock.js';
import type { EdgeVmError } from './errors.js';

/** Limits of one call with all its attempts. */
export interface RetryLimits {
  /** Milliseconds for all attempts, with the waits between them. */
  deadlineMs: number;
  /** Milliseconds for one attempt; if absent, the rest of the deadline. */
  attemptMs?: number;
  /** Without limit when absent. */
  attempts?: number;
  backoff: Backoff;
}

/** A failed attempt: what it means, and whether the call may be sent again. */
export interface Failure {
  error: EdgeVmError;
  /** `at-once`: the reason is gone, so no wait is needed. */
  again: boolean | 'at-once';
  /** Milliseconds that the other side asks to wait. */
  afterMs: number;
}

/**
 * Runs `attempt` until it succeeds, fails finally, or the deadline would pass. The waits double and are spread, so that
 * many clients do not come back at the same time; a wait is never shorter than the other side asks. If the deadline
 * ends an attempt, its error says less than that of the attempt before, so this throws the earlier error.
 */
export async function retrying<T>(attempt: (signal: AbortSignal) => Promise<T>, classify: (error: unknown) => Failure, options: {
  limits: RetryLimits; clock?: Clock; signal?: AbortSignal | undefined;
}): Promise<T> {
  const { clock = systemClock, limits, signal } = options;
  const end = clock.now() + limits.deadlineMs;
  let last: EdgeVmError | undefined;
  for (let count = 1; ; count += 1) {
    if (signal?.aborted) throw abortError(signal);
    const timer = AbortSignal.timeout(Math.ceil(Math.max(1, Math.min(limits.attemptMs ?? Number.POSITIVE_INFINITY, end - clock.now()))));
    const ends = joined(signal, timer);
    try {
      return await untilAborted(attempt(ends.signal), ends.signal);
    } catch (cause) {
      if (signal?.aborted) throw abortError(signal);
      const { error, again, afterMs } = classify(cause);
      if (timer.aborted && limits.attemptMs === undefined && last !== undefined) throw last;
      last = error;
      if (again === 'at-once') continue;
      const wait = Math.max(afterMs, delayOf(count, limits.backoff));
      if (!again || count >= (limits.attempts ?? Number.POSITIVE_INFINITY) || clock.now() + wait >= end) throw error;
      await clock.sleep(wait, signal);
    } finally {
      ends.release();
    }
  }
}
