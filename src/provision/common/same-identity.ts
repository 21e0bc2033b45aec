import { undefinedIfForbidden } from '../../cluster/absent.js';
import { VirtualMachine } from '../../cluster/kinds.js';
import { deviceOf, ownSelector, sameDevice, type DeviceRef } from '../../cluster/owned.js';
import type { Cluster, KubeObject } from '../../cluster/types.js';

/**
 * Other VirtualMachines with this identity: in the whole cluster if the caller may list them there, else in its own namespace, else none.
 * Those that are being deleted do not count.
 */
export async function othersOf(cluster: Cluster, { name, namespace }: { name: string; namespace: string }, device: DeviceRef, { everywhere, signal }: { everywhere: boolean; signal: AbortSignal }): Promise<KubeObject[]> {
  const options = { labelSelector: ownSelector(), where: (metadata: KubeObject['metadata']) => sameDevice(deviceOf({ metadata }), device), signal };
  const all = everywhere ? await cluster.list(VirtualMachine, { ...options, lean: ({ apiVersion, kind, metadata: { managedFields: _fields, ...metadata } }) => ({ apiVersion, kind, metadata }) }).catch(undefinedIfForbidden) : undefined;
  const found = all ?? (await cluster.list(VirtualMachine, { ...options, namespace }).catch(undefinedIfForbidden)) ?? [];
  // A list may come from a cache, which gives all.
  return found.filter(({ metadata }) => sameDevice(deviceOf({ metadata }), device) && (metadata.name !== name || metadata.namespace !== namespace) && metadata.deletionTimestamp === undefined);
}
