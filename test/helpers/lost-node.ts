import type { KubeObject } from '../../src/cluster/types.js';
import type { Scenario } from './scenario.js';

/** The launcher pod's name. */
export const launcher = (scene: Scenario): string => scene.cluster.store.all().find((object) => object.kind === 'Pod')!.metadata.name;

/** The node that instances get, ready. */
export function addNode(scene: Scenario): void {
  scene.cluster.store.put({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' }, status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }] } }, new Map());
}

/** Changes what the cluster changes: the node's condition, the pod's readiness, and virt-controller's copy of it. */
export function setNode(scene: Scenario, state: 'lost' | 'back'): void {
  const lastTransitionTime = scene.clock.iso();
  const ready = (object: KubeObject, status: 'True' | 'False' | 'Unknown', reason?: string): void => {
    object.status = { ...object.status, conditions: [{ type: 'Ready', status, lastTransitionTime, ...(reason === undefined ? {} : { reason }) }] };
  };
  scene.cluster.edit('Node', undefined, 'node-1', 'controller', (node) => (state === 'lost' ? ready(node, 'Unknown', 'NodeStatusUnknown') : ready(node, 'True', 'KubeletReady')));
  scene.cluster.edit('Pod', 'edge', launcher(scene), 'controller', (pod) => ready(pod, state === 'lost' ? 'False' : 'True'));
  scene.cluster.edit('VirtualMachineInstance', 'edge', 'gw-01', 'virt-controller', (vmi) => ready(vmi, state === 'lost' ? 'False' : 'True'));
}
