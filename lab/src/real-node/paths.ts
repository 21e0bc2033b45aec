import { dirname, join } from 'node:path';
import type { LabPaths } from '../control-plane/paths.js';

/** Files and folders of a lab's real node. All are in the lab's state folder, except the socket. */
export interface RealNodePaths {
  folder: string;
  /** The machine's settings before the real node. Without this file there is nothing to restore. */
  hostRecord: string;
  /** See `RealNodeRecord`. */
  record: string;
  containerdConfig: string;
  containerdRoot: string;
  containerdSocket: string;
  kubeletConfig: string;
  kubeconfig: string;
  cni: string;
  resolvConf: string;
  servicesConfig: string;
  /** Disks of the storage class `lab-local`. */
  volumes: string;
  /** The apt repository that the lab serves, and its signing key. */
  repository: string;
  repositoryKey: string;
  repositorySecretKey: string;
  /** An EdgeDevice for this node. */
  deviceFile: string;
  /** Caches of the lab. */
  cache: string;
}

export function realNodePaths(paths: LabPaths): RealNodePaths {
  const folder = join(paths.state, 'real-node');
  const inFolder = (name: string): string => join(folder, name);
  return {
    folder,
    hostRecord: inFolder('host.json'),
    record: inFolder('real-node.json'),
    containerdConfig: inFolder('containerd.toml'),
    containerdRoot: inFolder('containerd'),
    containerdSocket: join(dirname(paths.egressSocket), 'containerd.sock'),
    kubeletConfig: inFolder('kubelet.yaml'),
    kubeconfig: inFolder('kubeconfig'),
    cni: inFolder('cni'),
    resolvConf: inFolder('resolv.conf'),
    servicesConfig: inFolder('services.json'),
    volumes: inFolder('volumes'),
    repository: inFolder('repository'),
    repositoryKey: inFolder('repository.asc'),
    repositorySecretKey: inFolder('repository.key'),
    deviceFile: inFolder('device.yaml'),
    cache: join(paths.cache, 'real-node'),
  };
}
