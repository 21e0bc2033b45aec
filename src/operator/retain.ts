import { DataVolume, Namespace, VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { noneIfUnreadable, undefinedIfForbidden } from '../cluster/absent.js';
import { deviceOf, ownSelector } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { dataVolumeTemplates } from '../cluster/virtual-machine.js';
import { ownedBy } from '../provision/delete/find.js';
import { firstBootOf, noteOf } from '../readiness/first-boot.js';
import { ANNOTATION_DEVICE, ANNOTATION_HUB, LABEL_INSTANCE, LABEL_KEPT_DISK, LABEL_MANAGED_BY, MANAGER } from '../spec/labels.js';
import { textAt } from '../support/plain.js';

/*
 * `kubectl delete edgedevice --cascade=foreground`, and Argo CD's pruning, let the garbage collector delete the VM and its disks
 * at once, before or without the operator. No finalizer on EdgeDevice or VM prevents that. But the garbage collector keeps an
 * object that has another owner which exists and is not being deleted itself: it removes only the other references. So a disk that
 * must stay has its namespace as a second owner. A namespace takes its disks with it anyway.
 */

type Owner = NonNullable<KubeObject['metadata']['ownerReferences']>[number];

const isNamespace = ({ apiVersion, kind }: Owner): boolean => apiVersion === Namespace.apiVersion && kind === Namespace.kind;

/** Makes the disks of a VM outlive it if `spec.deletionPolicy` says so, with all that a later device of that name reads of a kept disk. */
export async function guardDisks(cluster: Cluster, resource: KubeObject, signal: AbortSignal): Promise<void> {
  const { name, namespace = '' } = resource.metadata;
  const vm = await cluster.get(ref(VirtualMachine, name, namespace), { signal });
  if (vm === undefined || !ownedBy(vm, resource)) return;
  if (textAt(resource.spec, 'deletionPolicy') !== 'Retain') return freeDisks(cluster, resource, signal);
  const vmi = await cluster.get(ref(VirtualMachineInstance, name, namespace), { signal });
  const setUpWith = firstBootOf(vm, vmi);
  const { hub, id } = deviceOf(vm);
  const wanted = {
    labels: { [LABEL_MANAGED_BY]: MANAGER, [LABEL_INSTANCE]: name, [LABEL_KEPT_DISK]: 'true' },
    annotations: { ...(hub === null ? {} : { [ANNOTATION_HUB]: hub }), ...(id === null ? {} : { [ANNOTATION_DEVICE]: id }), ...(setUpWith === undefined ? {} : noteOf(setUpWith)) },
  };
  for (const template of dataVolumeTemplates(vm)) {
    const disk = await cluster.get(ref(DataVolume, template.name, namespace), { signal });
    if (disk === undefined || disk.metadata.deletionTimestamp !== undefined || !ownedBy(disk, vm)) continue;
    const { ownerReferences = [], labels, annotations } = disk.metadata;
    if (ownerReferences.some(isNamespace) && holds(labels, wanted.labels) && holds(annotations, wanted.annotations)) continue;
    const owner = ownerReferences.find(isNamespace) ?? (await namespaceOwner(cluster, namespace, signal));
    await patch(cluster, disk, { ...wanted, ownerReferences: owner === undefined ? ownerReferences : [...ownerReferences.filter((one) => !isNamespace(one)), owner] }, signal);
  }
}

/**
 * Removes the second owner: the disks go with their VM again.
 *
 * @param isKept the VM is gone and the disks stay. The garbage collector may not have removed the VM from their owners yet, and would
 *   delete a disk without another owner.
 */
export async function freeDisks(cluster: Cluster, { metadata: { name, namespace = '' } }: KubeObject, signal: AbortSignal, isKept = false): Promise<void> {
  const disks = await cluster.list(DataVolume, { namespace, labelSelector: ownSelector(name), signal }).catch(noneIfUnreadable);
  const held = disks.filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.ownerReferences?.some(isNamespace) === true);
  for (const disk of held) await patch(cluster, disk, { ownerReferences: disk.metadata.ownerReferences!.filter((one) => !isNamespace(one) && !(isKept && one.kind === VirtualMachine.kind)) }, signal);
}

/** A role from before this right gives none: then the operator alone keeps the disk, if it is quick enough. */
async function namespaceOwner(cluster: Cluster, name: string, signal: AbortSignal): Promise<Owner | undefined> {
  const found = await cluster.get(ref(Namespace, name), { signal }).catch(undefinedIfForbidden);
  return found?.metadata.uid === undefined ? undefined : { apiVersion: Namespace.apiVersion, kind: Namespace.kind, name, uid: found.metadata.uid };
}

/** Conditional, because a merge patch replaces all owners. */
async function patch(cluster: Cluster, { metadata: { name, namespace, resourceVersion } }: KubeObject, metadata: Record<string, unknown>, signal: AbortSignal): Promise<void> {
  await cluster.mergePatch(ref(DataVolume, name, namespace), { metadata: { resourceVersion, ...metadata } }, { signal });
}

function holds(map: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => map[key] === value);
}
