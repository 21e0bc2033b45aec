/** Leader election by a Lease: of several processes only one works. */
export { defaultLeaseTimes, runAsLeader } from './run.js';
export type { LeaderEnd, LeaderOptions, LeaseTimes } from './run.js';
