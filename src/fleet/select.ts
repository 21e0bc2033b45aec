import { VirtualMachine } from '../cluster/kinds.js';
import { ownSelector } from '../cluster/owned.js';
import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
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

/** Name and namespace of the selected devices. */
export async function selectDevices(context: Pick<FleetContext, 'cluster' | 'signal'>, selection: DeviceSelection): Promise<DeviceName[]> {
  return (await selectMachines(context, selection)).map(({ metadata: { name, namespace = context.cluster.namespace } }) => ({ name, namespace }));
}
