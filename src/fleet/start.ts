import { restartDevice } from '../provision/restart.js';
import { startDevice, type StartRequest } from '../provision/start.js';
import type { FleetContext } from './context.js';
import { forEachDevice, type DeviceWork } from './each.js';
import { followingContext } from './follow/following.js';
import type { FleetResult } from './outcome.js';
import { namesOf, type DeviceName, type DeviceSelection } from './select.js';

/** Which devices `startFleet` and `restartFleet` are for, and what they wait for. `timeoutMs` is for the whole run. */
export interface FleetStartRequest extends Pick<StartRequest, 'wait' | 'waitFor' | 'timeoutMs'> {
  /** The names of a namespace, or a selection. */
  devices: readonly DeviceName[] | DeviceSelection;
}

/** Starts the stopped machines of many devices at the same time, as `startDevice` does, and follows all of them. Throws only if they cannot be listed. */
export async function startFleet(context: FleetContext, request: FleetStartRequest): Promise<FleetResult> {
  return follow(context, request, (own, device) => startDevice(own, { ...request, ...device }));
}

/** Restarts the machines of many devices at the same time, as `restartDevice` does, and follows all of them. Throws only if they cannot be listed. */
export async function restartFleet(context: FleetContext, request: FleetStartRequest): Promise<FleetResult> {
  return follow(context, request, (own, device) => restartDevice(own, { ...request, ...device }));
}

/** All at the same time: most of it is waiting, and the cluster port bounds the requests. */
async function follow(context: FleetContext, { devices }: FleetStartRequest, work: DeviceWork): Promise<FleetResult> {
  const named = await namesOf(context, devices);
  context.onEvent({ type: 'phase', phase: 'wait', total: named.length, at: context.clock.now() });
  const following = followingContext(context);
  return forEachDevice(following.context, named, named.length, work).finally(following.end);
}
