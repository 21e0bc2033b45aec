import { defaultConcurrency } from '../cluster/gate.js';
import { getDevice } from '../provision/kept/get.js';
import type { EdgeDeviceInput } from '../spec/types.js';
import { emptyResult } from '../readiness/empty-result.js';
import type { DeviceResult } from '../readiness/types.js';
import type { FleetContext } from './context.js';
import { forEachDevice } from './each.js';
import { namesOf, type DeviceName, type DeviceSelection } from './select.js';

/** The kept devices of many names. */
export interface KeptFleet {
  /** Those that are there, in the order of the names. */
  devices: EdgeDeviceInput[];
  /** Of the others: the result with its cause. */
  failed: DeviceResult[];
}

/** The kept device of each name, as `getDevice` gives it. Throws only if the devices cannot be listed. */
export async function getFleet(context: FleetContext, devices: readonly DeviceName[] | DeviceSelection): Promise<KeptFleet> {
  const found = new Map<DeviceResult, EdgeDeviceInput>();
  const { items } = await forEachDevice(context, await namesOf(context, devices), defaultConcurrency, async (own, device) => {
    const result = emptyResult(device.name, device.namespace);
    found.set(result, await getDevice(own, device));
    return result;
  });
  return { devices: items.flatMap((item) => found.get(item) ?? []), failed: items.filter(({ cause }) => cause !== undefined) };
}
