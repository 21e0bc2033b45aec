import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../types.js';

/** The real clock. A sleep that is aborted ends early and quietly. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    // setTimeout's own limit; longer would fire at once.
    const bounded = Math.min(Math.max(0, ms), 2 ** 31 - 1);
    await sleep(bounded, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
