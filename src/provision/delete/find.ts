import { DataVolume, Namespace, Secret, Service, VirtualMachine } from '../../cluster/kinds.js';
import type { KubeObject } from '../../cluster/types.js';
import { cloudInitSecretName } from '../../render/index.js';
import { EdgeVmError } from '../../support/errors.js';
import { deviceOf, isOfDevice, ownSelector, type DeviceRef } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import { dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { noneIfNotServed, undefinedIfForbidden, undefinedIfNotServed } from '../../cluster/absent.js';
import { refuseOwned } from '../common/edge-device.js';
import type { DeleteRequest } from '../types.js';
import { isMade } from './namespace.js';
import type { ProvisionContext } from '../../readiness/types.js';

/** The existing objects of a device; only those with edge-vm's labels. */
export interface Found {
  vm: KubeObject | undefined;
  secret: KubeObject | undefined;
  service: KubeObject | undefined;
  /** Disks: those that the VM made, and those that an earlier `--keep-disk` left. */
  disks: KubeObject[];
  /** Set if edge-vm made the namespace. */
  namespace: KubeObject | undefined;
  device: DeviceRef;
}

/**
 * Reads all objects of the device and its namespace in parallel. Throws `not-owned` if the VM of that name is not edge-vm's, and `owned-by-edgedevice` if
 * an EdgeDevice in the cluster keeps the device.
 */
export async function findDevice(context: ProvisionContext, request: DeleteRequest, signal: AbortSignal): Promise<Found> {
  const [found, namespace] = await Promise.all([
    findObjects(context, request, signal),
    // Most people may not read namespaces. Then edge-vm also did not make this one for them.
    context.cluster.get(ref(Namespace, request.namespace), { signal }).catch(undefinedIfForbidden),
  ]);
  if (found.vm !== undefined && !isOfDevice(found.vm)) throw notOwned(request);
  refuseOwned([found.vm, found.secret, found.service], request);
  return { ...found, namespace: isMade(namespace) ? namespace : undefined };
}

/** Reads all objects of the device in parallel. The VM of that name may be of somebody else. */
export async function findObjects(context: ProvisionContext, request: Pick<DeleteRequest, 'name' | 'namespace'>, signal: AbortSignal): Promise<Omit<Found, 'namespace'>> {
  const { cluster } = context;
  const { name, namespace } = request;
  const [vm, secret, service, labelled] = await Promise.all([
    cluster.get(ref(VirtualMachine, name, namespace), { signal }),
    cluster.get(ref(Secret, cloudInitSecretName(name), namespace), { signal }),
    cluster.get(ref(Service, name, namespace), { signal }),
    cluster.list(DataVolume, { namespace, labelSelector: ownSelector(name), signal }).catch(noneIfNotServed),
  ]);
  const disks = await withTemplateDisks(context, vm, labelled, signal);
  const ours = [vm, secret, service].map((object) => (object !== undefined && isOfDevice(object) ? object : undefined));
  return {
    vm, disks, secret: ours[1], service: ours[2],
    device: [...ours, ...disks].map(deviceOf).find((device) => device.id !== null) ?? { hub: null, id: null },
  };
}

/** A person's own template file may have no labels in its dataVolumeTemplates; the VM still owns those disks. */
async function withTemplateDisks(context: ProvisionContext, vm: KubeObject | undefined, labelled: KubeObject[], signal: AbortSignal): Promise<KubeObject[]> {
  if (vm === undefined) return labelled;
  const known = new Set(labelled.map((disk) => disk.metadata.name));
  const names = dataVolumeTemplates(vm).map((template) => template.name).filter((name) => !known.has(name));
  const more = await Promise.all(names.map((name) => context.cluster.get(ref(DataVolume, name, vm.metadata.namespace), { signal }).catch(undefinedIfNotServed)));
  return [...labelled, ...more.filter((disk) => disk !== undefined && ownedBy(disk, vm)).map((disk) => disk!)];
}

/** True if `owner` is one of the object's owners. */
export function ownedBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some((reference) => reference.uid === owner.metadata.uid);
}

export function isNothing(found: Found): boolean {
  return found.vm === undefined && found.secret === undefined && found.service === undefined && found.disks.length === 0;
}

function notOwned({ name, namespace }: Pick<DeleteRequest, 'name' | 'namespace'>): EdgeVmError {
  return new EdgeVmError('not-owned', `VirtualMachine ${namespace}/${name} was not made by edge-vm`, {
    hint: 'edge-vm deletes only its own objects; use kubectl for others.',
  });
}
