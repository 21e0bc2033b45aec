import { waitForMachine } from '../provision/wait.js';
import { withRefusals } from '../provision/common/refusals.js';
import { noSuchDevice } from '../provision/common/no-such-device.js';
import type { WaitRequest } from '../provision/types.js';
import type { DeviceResult } from '../readiness/types.js';
import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import { contextOf, type FleetContext } from './context.js';
import { failedResult } from './failed.js';
import { followingContext } from './follow/following.js';
import { summaryOf, type FleetResult } from './outcome.js';
import { isNamed, selectMachines, type DeviceName, type DeviceSelection } from './select.js';

/** Which devices `waitFleet` follows, and until when. */
export interface FleetWaitRequest extends Pick<WaitRequest, 'waitFor' | 'timeoutMs'> {
  /** The names of a namespace, or a selection. */
  devices: readonly DeviceName[] | DeviceSelection;
}

/**
 * Follows many devices at the same time until all have reached `waitFor`, or have failed; a device's result has the cause.
 * Throws only if the devices cannot be listed.
 */
export async function waitFleet(context: FleetContext, { devices, waitFor, timeoutMs }: FleetWaitRequest): Promise<FleetResult> {
  const { clock, onEvent } = context;
  const startedAt = clock.now();
  const wanted = await machinesOf(context, devices);
  onEvent({ type: 'phase', phase: 'wait', total: wanted.length, at: clock.now() });
  const following = followingContext(context);
  try {
    const results = await Promise.all(wanted.map(async ({ name, namespace, vm }): Promise<DeviceResult> => {
      const own = contextOf(following.context, { name, namespace });
      const result = await (vm === undefined ? noSuchDevice(own, { name, namespace }).then((error) => failedResult(error, name, namespace))
        : waitForMachine(own, { name, namespace, waitFor, timeoutMs }, vm, startedAt).catch((error: unknown) => failedResult(error, name, namespace)));
      onEvent({ type: 'ended', result, at: clock.now() });
      return result;
    }));
    const items = await withRefusals(context, results);
    return { items, summary: summaryOf(items, (clock.now() - startedAt) / 1000) };
  } finally {
    following.end();
  }
}

async function machinesOf(context: FleetContext, devices: FleetWaitRequest['devices']): Promise<(DeviceName & { vm: KubeObject | undefined })[]> {
  if (!isNamed(devices)) {
    const machines = await selectMachines(context, devices);
    return machines.map((vm) => ({ name: vm.metadata.name, namespace: vm.metadata.namespace ?? context.cluster.namespace, vm }));
  }
  const namespaces = [...new Set(devices.map(({ namespace }) => namespace))];
  const machines = (await Promise.all(namespaces.map((namespace) => selectMachines(context, { namespace })))).flat();
  const known = new Map(machines.map((vm) => [keyOf(vm.metadata), vm]));
  return devices.map(({ name, namespace }) => ({ name, namespace, vm: known.get(keyOf({ name, namespace })) }));
}
