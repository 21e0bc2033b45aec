import { snapshotCluster, type CacheSpec } from '../../cluster/cached/index.js';
import { DataVolume, KubeVirt, Node, PersistentVolume, PersistentVolumeClaim, Secret, Service, StorageClass, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { ownSelector } from '../../cluster/owned.js';
import type { Cluster, KubeObject, ListOptions, ResourceType } from '../../cluster/types.js';
import { decorated } from '../follow/decorated.js';

/** What the checks of a device read, besides single objects. Of Secrets only edge-vm's own: the others are nobody's business here. */
const ofNamespaces: readonly Omit<CacheSpec, 'namespaces'>[] = [
  { type: VirtualMachine }, { type: VirtualMachineInstance }, { type: Service }, { type: DataVolume }, { type: PersistentVolumeClaim },
  { type: Secret, labelSelector: ownSelector() },
];

/** The same for all devices. Few people may list them. */
const ofCluster: ReadonlySet<ResourceType> = new Set([Node, KubeVirt, StorageClass, PersistentVolume]);

/**
 * A cluster port for checking many devices: what they read comes from one list of each type, and a refusal for missing
 * rights counts for all. It shows what was there at the start.
 */
export async function checkingCluster(cluster: Cluster, namespaces: readonly string[], signal: AbortSignal | undefined): Promise<Cluster> {
  const snapshot = await snapshotCluster(cluster, ofNamespaces.map((spec) => ({ ...spec, namespaces })), signal === undefined ? {} : { signal });
  const lists = new Map<string, Promise<KubeObject[]>>();
  const list = (type: ResourceType, options: ListOptions = {}): Promise<KubeObject[]> => {
    if (!ofCluster.has(type)) return snapshot.list(type, options);
    const { signal: _own, ...selection } = options;
    const key = JSON.stringify([type.plural, selection]);
    // Not with the signal of one device: its end must not end the others'.
    const known = lists.get(key) ?? snapshot.list(type, { ...selection, ...(signal === undefined ? {} : { signal }) });
    lists.set(key, known);
    return known;
  };
  return decorated(snapshot, { list });
}
