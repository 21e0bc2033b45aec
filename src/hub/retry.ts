import { EdgeVmError } from '../support/errors.js';
import { delayOf, type Backoff } from '../support/backoff.js';
import type { Clock } from '../support/clock.js';

export interface CallLimits {
  /** Milliseconds for one attempt. */
  attemptMs: number;
  /** Milliseconds for all attempts with the waits between them. */
  deadlineMs: number;
}

export const defaultLimits: CallLimits = { attemptMs: 10_000, deadlineMs: 30_000 };

const backoff: Backoff = { firstMs: 500, maxMs: 8_000 };

/** A failed attempt: what it means, and whether the call may be sent again, at the earliest after `afterMs`. */
export interface Failure {
  error: EdgeVmError;
  again: boolean;
  afterMs: number;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the deadline would pass. Waits double from 0.5 s to 8 s and
 * are spread, so that many clients do not come back in step; `Retry-After` is a lower bound.
 */
export async function retrying<T>(attempt: (signal: AbortSignal) => Promise<T>, classify: (error: unknown) => Failure, options: {
  clock: Clock; limits: CallLimits; signal?: AbortSignal | undefined;
}): Promise<T> {
  const { clock, limits, signal } = options;
  const end = clock.now() + limits.deadlineMs;
  for (let count = 1; ; count += 1) {
    throwIfAborted(signal);
    const left = AbortSignal.timeout(Math.ceil(Math.max(1, Math.min(limits.attemptMs, end - clock.now()))));
    try {
      const ends = signal ? AbortSignal.any([signal, left]) : left;
      return await untilAborted(attempt(ends), ends);
    } catch (cause) {
      throwIfAborted(signal);
      const failure = classify(cause);
      const wait = Math.max(failure.afterMs, delayOf(count, backoff));
      if (!failure.again || clock.now() + wait >= end) throw failure.error;
      await clock.sleep(wait, signal);
    }
  }
}

/** Not all of an attempt hears the signal: a sign-in may wait for a program or a person. It goes on, but is not waited for. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const reason: unknown = signal.reason;
  if (EdgeVmError.is(reason)) throw reason;
  throw (reason as Error | undefined)?.name === 'TimeoutError' ? new EdgeVmError('timed-out', 'the time is up') : new EdgeVmError('interrupted', 'interrupted');
}
