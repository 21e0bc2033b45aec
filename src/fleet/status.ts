import { defaultConcurrency } from '../cluster/gate.js';
import { getStatus, type StatusRequest } from '../provision/status/index.js';
import { EdgeVmError } from '../support/errors.js';
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

/**
 * The state of many devices, each as `getStatus` gives it; of a device that is not there, the result has the cause `not-found`,
 * and one that was not read in time is `unread`.
 * Throws only if the devices cannot be listed.
 */
export async function statusFleet(context: FleetContext, { devices, ...how }: FleetStatusRequest): Promise<FleetResult> {
  return forEachDevice(context, await namesOf(context, devices), defaultConcurrency, async (own, device) => {
    try {
      return await getStatus(own, { ...how, ...device });
    } catch (error) {
      if (!EdgeVmError.is(error) || error.code !== 'timed-out') throw error;
      return { ...failedResult(error, device.name, device.namespace), unread: true };
    }
  });
}
