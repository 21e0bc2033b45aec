import { Bucket, usable } from './bucket.js';
import type { Limit, Owner, Turn } from './bucket.js';
import type { HubOperation, OperationStats } from './types.js';

/** The tiers S1 and S2. https://learn.microsoft.com/azure/iot-hub/iot-hub-devguide-quotas-throttling */
const limits: Readonly<Record<HubOperation, Limit>> = {
  registry: { requests: 100, seconds: 60, perUnit: true, name: 'calls of the identity registry' },
  query: { requests: 20, seconds: 60, perUnit: true, name: 'queries' },
  configuration: { requests: 20, seconds: 60, perUnit: true, name: 'calls for deployments' },
  'twin-read': { requests: 100, seconds: 1, perUnit: false, name: 'reads of twins' },
  'twin-update': { requests: 50, seconds: 1, perUnit: false, name: 'changes of twins' },
  // 160 KB a second, of which each call counts as 4 KB.
  method: { requests: 40, seconds: 1, perUnit: true, name: 'direct methods' },
};

/** One hub's limits, for all callers of this process. */
export interface Throttle {
  /**
   * Resolves when the request may be sent; in the order of the callers. `hub-throttled` if that is not before `until`. Call the
   * result when the answer is there.
   */
  turn(operation: HubOperation, turn: Turn): Promise<() => void>;
  /** Counts a request that is sent without a turn: a second attempt. */
  borrow(operation: HubOperation, cost?: number): void;
  /** The hub has answered 429: nobody sends a request of that operation for that time. */
  pause(operation: HubOperation, ms: number): void;
  /** Milliseconds until the pause ends. */
  pauseOf(operation: HubOperation): number;
  readonly stats: Record<HubOperation, OperationStats>;
}

/** Token buckets of the hub's limits. `units`: of the hub; `Infinity` for no limit of its own (it still pauses after 429). */
export function createThrottle(owner: Owner): Throttle {
  const entries = Object.keys(limits).map((name) => [name, new Bucket(owner, limits[name as HubOperation])] as const);
  const buckets = Object.fromEntries(entries) as Record<HubOperation, Bucket>;
  return {
    turn: (operation, turn) => buckets[operation].turn(turn),
    borrow: (operation, cost) => buckets[operation].take(cost ?? 1),
    pause: (operation, ms) => buckets[operation].pause(ms),
    pauseOf: (operation) => buckets[operation].pauseOf(),
    stats: Object.fromEntries(entries.map(([name, { stats }]) => [name, stats])) as Record<HubOperation, OperationStats>,
  };
}

/** Seconds (estimate) until so many calls of an operation have had their turn, within the limits of so many S1 or S2 units. */
export function hubSeconds(operation: HubOperation, calls: number, units = 1): number {
  const { requests, seconds, perUnit } = limits[operation];
  const all = requests * (perUnit ? units : 1);
  return (Math.max(0, calls - all * usable) * seconds) / all;
}
