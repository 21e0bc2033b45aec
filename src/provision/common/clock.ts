import { sleep } from '../../spec/waiting.js';
import type { Clock } from '../types.js';

/** The real clock. A sleep that is aborted ends early and quietly. */
export const systemClock: Clock = { now: () => Date.now(), sleep };
