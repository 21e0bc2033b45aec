import { defaultConcurrency } from '../cluster/gate.js';
import { getStatus, type StatusRequest } from '../provision/status/index.js';
import { EdgeVmError } from '../support/errors.js';
import { askingCluster } from './asking.js';
import type { FleetContext } from './context.js';
import { forEachDevice } from './each.js';
import { failedResult } from './failed.js';
import type { FleetResult } from './outcome.js';
import { namesOf, type DeviceName, type DeviceSelection } from './select.js';

/** Which devices `statusFleet` asks for. */
export interface FleetStatusRequest extends Pick<StatusRequest, 'deep' | 'waitFor' | 'timeoutMs'> {
  /** The names of a namespace, or a selection. `timeoutMs` counts for each device, from its turn on. */
  devices: readonly DeviceName[] | DeviceSelection;
}

/** From so many devices on, lists need fewer requests than the devices one by one. */
const listFrom = 8;

/** Of more devices, the hub is asked only for the registrations of those that do not answer: one S1 unit answers 100 such reads a minute. */
const registryUpTo = 50;

/**
 * The state of many devices, each as `getStatus` gives it; of a device that is not there, the result has the cause `not-found`,
 * and one that was not read in time is `unread`.
 * Throws only if the devices cannot be listed.
 */
export async function statusFleet(context: FleetContext, { devices, ...how }: FleetStatusRequest): Promise<FleetResult> {
  const named = await namesOf(context, devices);
  const namespaces = [...new Set(named.map(({ namespace }) => namespace))];
  const cluster = named.length < listFrom ? context.cluster : await askingCluster(context.cluster, namespaces, context.signal);
  return forEachDevice({ ...context, cluster }, named, defaultConcurrency, async (own, device) => {
    try {
      return await getStatus(own, { ...how, ...device, registry: named.length <= registryUpTo });
    } catch (error) {
      if (!EdgeVmError.is(error) || error.code !== 'timed-out') throw error;
      return { ...failedResult(error, device.name, device.namespace), unread: true };
    }
  });
}
