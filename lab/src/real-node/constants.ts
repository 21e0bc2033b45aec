import { existsSync } from 'node:fs';

/** Names and addresses of the real node; there is at most one on a machine. */

/** Names of real nodes begin with this. KWOK's stages and the simulated guests do not touch such nodes. */
export const REAL_NODE_PREFIX = 'real-';
export const NODE_NAME = 'real-1';

/** Label of the node, and key of the taint that keeps simulated VMs away. */
export const REAL_LABEL = 'edge-vm.io/real';

export const BRIDGE = 'evmlab0';
/** The machine's address for pods and guests. */
export const NODE_ADDRESS = '10.253.0.1';
export const POD_SUBNET = '10.253.0.0/24';
export const NFT_TABLE = 'edge_vm_lab';
/** Below each hierarchy's root. */
export const CGROUP = 'edge-vm-lab';

/** Storage class of disks that are files on the real node. */
export const LOCAL_CLASS = 'lab-local';
export const LOCAL_PROVISIONER = 'local.lab.edge-vm.io';

/** `.test` never resolves on the Internet. In guests each name below this domain has the node's address: hub, packages, time. */
export const LAB_DOMAIN = 'edge-vm.test';

/** Images that the lab makes. It never pulls an image. */
export const PAUSE_IMAGE = `${LAB_DOMAIN}/pause:3`;
/** Debian 12 as a containerDisk. */
export const GUEST_IMAGE = `${LAB_DOMAIN}/guest/debian:12`;

export function isRealNode(name: string): boolean {
  return name.startsWith(REAL_NODE_PREFIX);
}

/** Whether `host:port` is the real node or one of its pods. Always false while there is no bridge. */
export function isOnRealNode(target: string): boolean {
  return target.startsWith(POD_SUBNET.replace(/0\/24$/, '')) && existsSync(`/sys/class/net/${BRIDGE}`);
}
