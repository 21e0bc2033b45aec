import type { EdgeVmError } from '../../support/errors.js';
import type { Hubs } from '../context.js';
import { retryAfterMs } from '../refusal.js';
import { count } from './look.js';
import type { DeploymentMemory } from './memory.js';

/** A hub that throttles does not always say for how long. */
const leastMs = 1_000;

/** The hub's limit is used up: nobody asks for a device of it before that time. */
export function noteBusy({ busy }: DeploymentMemory, hub: string, error: EdgeVmError | undefined, now: number): void {
  busy.set(hub.toLowerCase(), now + (error === undefined ? 0 : Math.max(leastMs, retryAfterMs(error))));
}

/** Calls for deployments a minute that the hub allows; `undefined` if the client keeps no limit. */
export function limitOf(hubs: Hubs, hub: string): number | undefined {
  const limit = hubs.hub(hub)?.stats.operations?.configuration.perMinute;
  return limit === undefined || !Number.isFinite(limit) ? undefined : limit;
}

/** Why a device waits. */
export function whyBusy(hubs: Hubs, hub: string): string {
  const limit = limitOf(hubs, hub);
  return limit === undefined ? `hub ${hub} throttles` : `hub ${hub} allows ${limit} calls for deployments a minute`;
}

/** How long so many devices take. */
export function busyFor(hubs: Hubs, hub: string, waiting: number): string {
  const limit = limitOf(hubs, hub);
  if (limit === undefined) return '';
  const minutes = Math.max(1, Math.round(waiting / limit));
  return `, so the other ${waiting === 1 ? 'one takes' : `${waiting} take`} about ${count(minutes, 'minute')}`;
}
