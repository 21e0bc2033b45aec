import { snapshotCluster, type CacheSpec } from '../../cluster/cached/index.js';
import { DataVolume, EdgeDevice, KubeVirt, Node, PersistentVolume, PersistentVolumeClaim, Secret, Service, StorageClass, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { ownSelector } from '../../cluster/owned.js';
import type { CallOptions, Cluster, KubeObject, ListOptions, ObjectRef, ResourceType } from '../../cluster/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { decorated } from '../../support/decorated.js';

/** What the checks of a device read, besides single objects. Of Secrets only edge-vm's own: the others are nobody's business here. */
const ofNamespaces: readonly Omit<CacheSpec, 'namespaces'>[] = [
  { type: EdgeDevice }, { type: VirtualMachine }, { type: VirtualMachineInstance }, { type: Service }, { type: DataVolume }, { type: PersistentVolumeClaim },
  { type: Secret, labelSelector: ownSelector() },
];

/** The same for all devices. Few people may list them. */
const ofCluster: ReadonlySet<ResourceType> = new Set([Node, KubeVirt, StorageClass, PersistentVolume]);

/** Rows of the table of all Secrets; in a namespace with more, the server is asked about each name. */
const mostNames = 5_000;

/** The names of all Secrets in a namespace, without their contents; `undefined` if they cannot be read, or are too many. */
async function secretNames(cluster: Cluster, namespace: string, signal: AbortSignal | undefined): Promise<ReadonlySet<string> | undefined> {
  try {
    const rows = await cluster.table(Secret, { namespace, limit: mostNames, ...(signal === undefined ? {} : { signal }) });
    return rows.length < mostNames ? new Set(rows.map(({ name }) => name)) : undefined;
  } catch (error) {
    if (signal?.aborted === true || !EdgeVmError.is(error)) throw error;
    return undefined;
  }
}

/**
 * A cluster port for checking many devices: what they read comes from one list of each type, and a refusal for missing
 * rights counts for all. It shows what was there at the start.
 */
export async function checkingCluster(cluster: Cluster, namespaces: readonly string[], signal: AbortSignal | undefined): Promise<Cluster> {
  const [snapshot, ...names] = await Promise.all([
    snapshotCluster(cluster, ofNamespaces.map((spec) => ({ ...spec, namespaces })), signal === undefined ? {} : { signal }),
    ...namespaces.map((namespace) => secretNames(cluster, namespace, signal)),
  ]);
  const secrets = new Map(namespaces.map((namespace, at) => [namespace, names[at]]));
  // A list by label cannot say that a name is free.
  const get = async (ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined> => {
    const isFree = ref.type === Secret && secrets.get(ref.namespace ?? cluster.namespace)?.has(ref.name) === false;
    return isFree ? undefined : snapshot.get(ref, options);
  };
  const lists = new Map<string, Promise<KubeObject[]>>();
  const list = (type: ResourceType, options: ListOptions = {}): Promise<KubeObject[]> => {
    const isOfAll = ofCluster.has(type) || (type === VirtualMachine && options.namespace === undefined);
    if (!isOfAll) return snapshot.list(type, options);
    // The answer is for all devices, so nothing is left out for one of them.
    const { signal: _own, where: _where, ...selection } = options;
    const key = JSON.stringify([type.plural, selection]);
    // Not with the signal of one device: its end must not end the others'.
    const known = lists.get(key) ?? snapshot.list(type, { ...selection, ...(signal === undefined ? {} : { signal }) });
    lists.set(key, known);
    return known;
  };
  return decorated(snapshot, { list, get });
}
