/** Every label, annotation and finalizer that edge-vm writes; docs/annotations.md explains them to people. */

export const LABEL_NAME = 'app.kubernetes.io/name';
export const LABEL_MANAGED_BY = 'app.kubernetes.io/managed-by';
export const LABEL_INSTANCE = 'app.kubernetes.io/instance';
export const MANAGER = 'edge-vm';

export const ANNOTATION_HUB = 'edge-vm.io/hub';
export const ANNOTATION_DEVICE = 'edge-vm.io/device-id';
/** SHA-256 of the user-data that the objects hold now. */
export const ANNOTATION_USER_DATA_HASH = 'edge-vm.io/user-data-hash';
/** SHA-256 of the user-data that the first boot of this disk got: a persistent disk still has these settings. */
export const ANNOTATION_FIRST_BOOT_HASH = 'edge-vm.io/first-boot-user-data-hash';
/** The firmware UUID of this first boot. With another UUID, the next boot of the disk is a first boot again. */
export const ANNOTATION_FIRST_BOOT_UUID = 'edge-vm.io/first-boot-firmware-uuid';
/** On a namespace: edge-vm made it, so `delete` may remove it if no other device is in it. */
export const LABEL_CREATED_NAMESPACE = 'edge-vm.io/created-namespace';
/** On a DataVolume that `delete --keep-disk` left behind. */
export const LABEL_KEPT_DISK = 'edge-vm.io/kept-disk';
/** On a Secret that outlives its VM until its device is deleted in the hub (`delete --deregister`). */
export const LABEL_DEREGISTER = 'edge-vm.io/deregister';
/** Keeps a VM that is being deleted until it no longer owns its disks. */
export const FINALIZER_KEEP_DISK = 'edge-vm.io/keep-disk';

export const ANNOTATION_EDGE_VERSION = 'edge-vm.io/edge-version';
export const ANNOTATION_ENGINE = 'edge-vm.io/engine';
/** `spec.firstBootGeneration` of the device. It never becomes lower. */
export const ANNOTATION_GENERATION = 'edge-vm.io/generation';
export const ANNOTATION_IDENTITY_SERVICE_VERSION = 'edge-vm.io/identity-service-version';
/** Device id of the parent in the hub, of a nested device. */
export const ANNOTATION_PARENT = 'edge-vm.io/parent-device-id';
export const ANNOTATION_TEMPLATE = 'edge-vm.io/template';
/** On an EdgeDevice resource: the operator must remove the device before the resource goes. */
export const FINALIZER_DEVICE = 'edge-vm.io/device';
/** On an EdgeDevice resource, `true`: its hub device is given up, and stays in the hub. */
export const ANNOTATION_ABANDON_HUB_DEVICE = 'edge-vm.io/abandon-hub-device';
/** Keeps an EdgeDeployment that is being deleted until its automatic deployment is gone from the hub. */
export const FINALIZER_DEPLOYMENT = 'edge-vm.io/deployment';
/** `true` on an EdgeDeployment that is being deleted: its automatic deployment stays in the hub, because nobody can remove it there. */
export const ANNOTATION_ABANDON_HUB_DEPLOYMENT = 'edge-vm.io/abandon-hub-deployment';
