import { ANNOTATION_DEVICE, ANNOTATION_HUB, LABEL_INSTANCE, LABEL_MANAGED_BY, MANAGER } from '../spec/labels.js';
import { EdgeDevice, groupOf } from './kinds.js';
import type { KubeObject } from './types.js';

/** Selects all objects that edge-vm made, or those of one device. */
export function ownSelector(name?: string): string {
  const all = `${LABEL_MANAGED_BY}=${MANAGER}`;
  return name === undefined ? all : `${all},${LABEL_INSTANCE}=${name}`;
}

/** True for labels by which `ownSelector` finds an object of that device. */
export function isOwn(labels: Readonly<Record<string, unknown>>, name: string): boolean {
  return labels[LABEL_MANAGED_BY] === MANAGER && labels[LABEL_INSTANCE] === name;
}

/** True for an object that carries edge-vm's `managed-by` label. */
export function isOurs(object: KubeObject): boolean {
  return object.metadata.labels?.[LABEL_MANAGED_BY] === MANAGER;
}

/** True for an object of a device of edge-vm: by the label, or by the EdgeDevice that controls it, because a person can change a label. */
export function isOfDevice(object: KubeObject): boolean {
  return isOurs(object) || edgeDeviceOwnerOf(object) !== undefined;
}

export interface DeviceRef {
  hub: string | null;
  id: string | null;
}

/** The hub and the device that an object's annotations name. */
export function deviceOf(object: Pick<KubeObject, 'metadata'> | undefined): DeviceRef {
  const annotations = object?.metadata.annotations ?? {};
  return { hub: annotations[ANNOTATION_HUB] ?? null, id: annotations[ANNOTATION_DEVICE] ?? null };
}

/** Hub host names are case-insensitive, device ids are not. */
export function sameDevice(a: DeviceRef, b: DeviceRef): boolean {
  return a.id === b.id && (a.hub ?? '').toLowerCase() === (b.hub ?? '').toLowerCase();
}

/** An EdgeDevice in the cluster, as the objects of its device name it. */
export interface EdgeDeviceOwner {
  name: string;
  uid: string;
}

/** The EdgeDevice that controls an object, in any version of its API; `undefined` if none does. */
export function edgeDeviceOwnerOf(object: KubeObject | undefined): EdgeDeviceOwner | undefined {
  const owner = object?.metadata.ownerReferences?.find(({ apiVersion, kind, controller }) => controller === true && kind === EdgeDevice.kind && groupOf(apiVersion) === groupOf(EdgeDevice.apiVersion));
  return owner === undefined ? undefined : { name: owner.name, uid: owner.uid };
}
