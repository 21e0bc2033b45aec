import { sleep } from './waiting.js';


/** Time, injected, so that a test can use its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves early and quietly when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. A sleep that is aborted ends early and quietly. */
export const systemClock: Clock = { now: () => Date.now(), sleep };

/** Milliseconds since some moment. It never jumps, but may stand still while the machine sleeps. */
export const monotonicClock: Clock = { now: () => performance.now(), sleep };
