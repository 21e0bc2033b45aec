import { deviceOf, edgeDeviceOwnerOf, type DeviceRef } from '../cluster/owned.js';
import { parseSelector, selects } from '../cluster/label-selector.js';
import { keyOf } from '../cluster/key.js';
import { defaultConcurrency } from '../cluster/gate.js';
import { Secret } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import { retains } from '../provision/delete/policy.js';
import { cloudInitSecretName, deviceLabels } from '../render/index.js';
import { inParallel } from '../support/parallel.js';
import type { FleetContext } from './context.js';
import type { FleetDevice } from './types.js';
import { selectMachines, type DeviceName } from './select.js';

/** A device that no file names any more. */
export interface Removal extends DeviceName {
  device: DeviceRef;
  /** `spec.deletionPolicy` of the device is `Retain`. */
  keepsDisks: boolean;
}


/**
 * The devices to prune: edge-vm's own ones with these labels, in the namespaces of the files, that no file names. Never one
 * that an EdgeDevice in the cluster keeps.
 */
export async function removalsOf(context: FleetContext, devices: readonly FleetDevice[], labelSelector: string): Promise<Removal[]> {
  const named = devices.map(({ device: { metadata: { name, namespace = context.cluster.namespace } } }) => ({ name, namespace }));
  const kept = new Set(named.map(keyOf));
  const namespaces = [...new Set(named.map(({ namespace }) => namespace))];
  const machines = (await Promise.all(namespaces.map((namespace) => selectMachines(context, { namespace, labelSelector })))).flat();
  const removals = machines.flatMap((vm): Removal[] => {
    const { name, namespace = context.cluster.namespace } = vm.metadata;
    return kept.has(keyOf({ name, namespace })) || edgeDeviceOwnerOf(vm) !== undefined ? [] : [{ name, namespace, device: deviceOf(vm), keepsDisks: false }];
  });
  await inParallel(removals, defaultConcurrency, async (removal) => {
    const secret = await context.cluster.get(ref(Secret, cloudInitSecretName(removal.name), removal.namespace), context.signal === undefined ? {} : { signal: context.signal });
    removal.keepsDisks = retains(secret);
  });
  return removals;
}

/** Whether no device of the files has these labels, so that what is pruned has nothing to do with them. */
export function selectsNone(devices: readonly FleetDevice[], labelSelector: string): boolean {
  const requirements = parseSelector(labelSelector);
  return !devices.some(({ device }) => selects(requirements, deviceLabels(device)));
}
