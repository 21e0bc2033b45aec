/** Names by which edge-vm finds its places in a VirtualMachine; part of the contract with people's own templates. */
export const ROOT_DISK = 'rootdisk';
export const DATA_DISK = 'datadisk';

/** `serial` of the data disk: the guest finds it as /dev/disk/by-id/virtio-edge-vm-data, with any drive letter. */
export const DATA_DISK_SERIAL = 'edge-vm-data';

/** Name of the Secret that holds user-data and network-data. */
export function cloudInitSecretName(name: string): string {
  return `${name}-cloud-init`;
}

/** Name of the root disk's DataVolume and PVC. */
export function rootVolumeName(name: string): string {
  return `${name}-root`;
}

/** Name of the data disk's DataVolume and PVC. */
export function dataVolumeName(name: string): string {
  return `${name}-data`;
}
