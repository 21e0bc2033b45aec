import { ApiError } from '../api.js';
import type { LabContext } from '../context.js';
import type { ApiObject } from '../resources.js';

/** A node that KWOK simulates. */
interface SimulatedNode {
  name: string;
  arch: 'amd64' | 'arm64';
  /** Whether VMs may run there; the other one holds KubeVirt's own pods. */
  vms: boolean;
}

const nodes: readonly SimulatedNode[] = [
  { name: 'infra', arch: 'amd64', vms: false },
  ...[1, 2, 3, 4].map((i) => ({ name: `node-${i}`, arch: 'amd64', vms: true }) as const),
  ...[1, 2].map((i) => ({ name: `node-arm-${i}`, arch: 'arm64', vms: true }) as const),
];

const resources = {
  cpu: '32', memory: '256Gi', pods: '250', 'ephemeral-storage': '500Gi',
  'devices.kubevirt.io/kvm': '1k', 'devices.kubevirt.io/tun': '1k', 'devices.kubevirt.io/vhost-net': '1k',
};

/** Creates the simulated nodes that are not there. */
export async function createNodes({ api, versions, signal }: LabContext): Promise<void> {
  for (const node of nodes) {
    try {
      await api.json('POST', '/api/v1/nodes', { body: nodeObject(node, versions.kubernetes), signal });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
}

function nodeObject({ name, arch, vms }: SimulatedNode, kubeletVersion: string): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        'lab.edge-vm.io/kubelet-version': kubeletVersion,
        // If a heartbeat is old, virt-controller counts the node as dead. This heartbeat never gets old.
        ...(vms ? { 'kubevirt.io/heartbeat': '2099-01-01T00:00:00Z' } : {}),
      },
      labels: {
        'kubernetes.io/arch': arch,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
        ...(vms ? handlerLabels(arch) : { 'node-role.kubernetes.io/control-plane': '' }),
      },
    },
    spec: vms ? {} : { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
    status: { allocatable: resources, capacity: resources },
  };
}

// The labels that virt-handler would set: launcher pods may run on the node, and which machine and CPU it has.
function handlerLabels(arch: SimulatedNode['arch']): Record<string, string> {
  const machine: Record<string, string> = arch === 'amd64' ? { 'machine-type.node.kubevirt.io/q35': 'true' } : { 'machine-type.node.kubevirt.io/virt': 'true' };
  const cpu: Record<string, string> = arch === 'amd64'
    ? { 'cpu-vendor.node.kubevirt.io/AMD': 'true', 'cpu-model.node.kubevirt.io/EPYC': 'true', 'cpu-model-migration.node.kubevirt.io/EPYC': 'true', 'host-model-cpu.node.kubevirt.io/EPYC': 'true' }
    : {};
  return { 'kubevirt.io/schedulable': 'true', cpumanager: 'false', 'kubevirt.io/cpumanager': 'false', ...machine, ...cpu };
}
