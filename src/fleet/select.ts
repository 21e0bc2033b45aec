import { VirtualMachine } from '../cluster/kinds.js';
import { ownSelector } from '../cluster/owned.js';
import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import { listHubRests, nameInRest } from '../provision/hub-rests.js';
import type { FleetContext } from './context.js';

/** Which devices: by their machines' labels, in kubectl's syntax; all of edge-vm's without it. */
export interface DeviceSelection {
  /** One namespace; if absent, all. */
  namespace?: string;
  labelSelector?: string;
}

/** A device that exists, or that the caller named. */
export interface DeviceName {
  name: string;
  namespace: string;
}

/** The machines of the selected devices, sorted by namespace and name. */
export async function selectMachines({ cluster, signal }: Pick<FleetContext, 'cluster' | 'signal'>, { namespace, labelSelector }: DeviceSelection): Promise<KubeObject[]> {
  const found = await cluster.list(VirtualMachine, {
    labelSelector: labelSelector === undefined ? ownSelector() : `${ownSelector()},${labelSelector}`,
    ...(namespace === undefined ? {} : { namespace }), ...(signal === undefined ? {} : { signal }),
  });
  return found.sort((a, b) => keyOf(a.metadata).localeCompare(keyOf(b.metadata)));
}

/**
 * Name and namespace of the selected devices to delete: those that have a machine, and those of which a stopped
 * `delete --deregister` left only the Secret. Without the right to list Secrets it calls `unseen`, and the result
 * lacks the latter.
 */
export async function selectDevices(context: Pick<FleetContext, 'cluster' | 'signal'>, selection: DeviceSelection, { unseen }: { unseen?: () => void } = {}): Promise<DeviceName[]> {
  const [machines, rests] = await Promise.all([selectMachines(context, selection), listHubRests(context, selection)]);
  if (rests === undefined) unseen?.();
  const { namespace } = context.cluster;
  const named = [...machines.map((vm) => ({ name: vm.metadata.name, namespace: vm.metadata.namespace ?? namespace })), ...(rests ?? []).map((secret) => ({ name: nameInRest(secret), namespace: secret.metadata.namespace ?? namespace }))];
  return [...new Map(named.map((one) => [keyOf(one), one])).values()].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

/** The named devices, or those that the selection finds now. */
export async function namesOf(context: Pick<FleetContext, 'cluster' | 'signal'>, devices: readonly DeviceName[] | DeviceSelection): Promise<readonly DeviceName[]> {
  if (isNamed(devices)) return devices;
  const machines = await selectMachines(context, devices);
  return machines.map(({ metadata: { name, namespace = context.cluster.namespace } }) => ({ name, namespace }));
}

/** Whether the devices are given by their names. */
export function isNamed(devices: readonly DeviceName[] | DeviceSelection): devices is readonly DeviceName[] {
  return Array.isArray(devices);
}
