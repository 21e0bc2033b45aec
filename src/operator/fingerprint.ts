import { createHash } from 'node:crypto';
import { noneIfUnreadable } from '../cluster/absent.js';
import { DataVolume, Secret, Service, VirtualMachine } from '../cluster/kinds.js';
import { ownSelector } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { inputOf } from './accept.js';
import { secretNames } from './changes.js';

/** Changes if the resource itself wants something else. */
export function wantedBy(resource: KubeObject): string {
  const { labels, annotations } = inputOf(resource).metadata ?? {};
  return JSON.stringify([resource.metadata.generation, labels, annotations]);
}

/**
 * Changes if anything changes that applying depends on: the resource, and what somebody else could have changed in its
 * objects. With the same fingerprint as after the last apply, there is nothing to apply.
 */
export async function fingerprintOf(cluster: Cluster, resource: KubeObject, signal: AbortSignal): Promise<string> {
  const { name, namespace = '', uid } = resource.metadata;
  const call = { signal };
  const named = secretNames(resource).map((one) => cluster.list(Secret, { namespace, labelSelector: ownSelector(), fieldSelector: `metadata.name=${one}`, signal }));
  const [vm, secrets, services, disks, others] = await Promise.all([
    cluster.get(ref(VirtualMachine, name, namespace), call),
    // By label: a cache of a label cannot say that an object of that name does not exist, and would ask each time.
    cluster.list(Secret, { namespace, labelSelector: ownSelector(name), signal }),
    cluster.list(Service, { namespace, labelSelector: ownSelector(name), signal }).catch(noneIfUnreadable),
    cluster.list(DataVolume, { namespace, labelSelector: ownSelector(name), signal }).catch(noneIfUnreadable),
    // A Secret of a person is watched only if it has edge-vm's label; the others are read again from time to time.
    Promise.all(named),
  ]);
  const facts = [
    uid, wantedBy(resource),
    // The status of a VM changes all the time; its generation changes with its spec only.
    vm && [vm.metadata.uid, vm.metadata.generation, vm.metadata.labels, vm.metadata.annotations, vm.metadata.ownerReferences],
    secrets.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
    services.map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
    others.flat().map(({ metadata }) => [metadata.uid, metadata.resourceVersion]),
    disks.map(({ metadata }) => metadata.uid ?? '').toSorted((a, b) => a.localeCompare(b)),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}
