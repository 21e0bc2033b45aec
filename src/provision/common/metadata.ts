import type { KubeObject } from '../../cluster/types.js';

/** Labels and annotations that edge-vm reads back from the objects it made. */
export const LABEL_MANAGED_BY = 'app.kubernetes.io/managed-by';
export const LABEL_INSTANCE = 'app.kubernetes.io/instance';
export const MANAGER = 'edge-vm';

export const ANNOTATION_HUB = 'edge-vm.io/hub';
export const ANNOTATION_DEVICE = 'edge-vm.io/device-id';
/** SHA-256 of the user-data that the objects hold now. */
export const ANNOTATION_USER_DATA_HASH = 'edge-vm.io/user-data-hash';
/** SHA-256 of the user-data that the first boot of this disk got: what a persistent disk really runs. */
export const ANNOTATION_FIRST_BOOT_HASH = 'edge-vm.io/first-boot-user-data-hash';
/** The firmware UUID that this first boot had: with another one the disk's next boot is a first one again. */
export const ANNOTATION_FIRST_BOOT_UUID = 'edge-vm.io/first-boot-firmware-uuid';
/** On a namespace: edge-vm made it, so `delete` may remove it once nothing else lives there. */
export const LABEL_CREATED_NAMESPACE = 'edge-vm.io/created-namespace';
/** On a DataVolume that `delete --keep-disk` left behind. */
export const LABEL_KEPT_DISK = 'edge-vm.io/kept-disk';
/** Holds a VM that is being deleted until its disks no longer hang on it. */
export const FINALIZER_KEEP_DISK = 'edge-vm.io/keep-disk';

/** Selects all objects that edge-vm made, or those of one device. */
export function ownSelector(name?: string): string {
  const all = `${LABEL_MANAGED_BY}=${MANAGER}`;
  return name === undefined ? all : `${all},${LABEL_INSTANCE}=${name}`;
}

/** True for an object that carries edge-vm's `managed-by` label. */
export function isOurs(object: KubeObject): boolean {
  return object.metadata.labels?.[LABEL_MANAGED_BY] === MANAGER;
}

export interface DeviceRef {
  hub: string | null;
  id: string | null;
}

/** Hub and device that an object's annotations name. */
export function deviceOf(object: KubeObject | undefined): DeviceRef {
  const annotations = object?.metadata.annotations ?? {};
  return { hub: annotations[ANNOTATION_HUB] ?? null, id: annotations[ANNOTATION_DEVICE] ?? null };
}

/** Hub host names are case-insensitive, device ids are not. */
export function sameDevice(a: DeviceRef, b: DeviceRef): boolean {
  return a.id === b.id && (a.hub ?? '').toLowerCase() === (b.hub ?? '').toLowerCase();
}
