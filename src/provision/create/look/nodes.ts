import type { KubeObject } from '../../../cluster/types.js';
import { KubeVirt, Node } from '../../../cluster/kinds.js';
import { at } from '../../../support/plain.js';
import type { ProvisionContext } from '../../../readiness/types.js';

const kvm = 'devices.kubevirt.io/kvm';

/**
 * A cheap check of the nodes: KubeVirt may use none, or none has KVM while emulation is off. It is only a warning: the
 * scheduler decides, an autoscaler may add nodes, and most people may not list nodes.
 */
export async function nodeWarning(context: ProvisionContext, signal: AbortSignal): Promise<string | undefined> {
  const quiet = (): undefined => undefined;
  const [nodes, kubevirts] = await Promise.all([
    context.cluster.list(Node, { labelSelector: 'kubevirt.io/schedulable=true', signal }).catch(quiet),
    context.cluster.list(KubeVirt, { signal }).catch(quiet),
  ]);
  return nodes === undefined ? undefined : judgeNodes(nodes, kubevirts);
}

/** The pure part of `nodeWarning`; `kubevirts` is `undefined` without the right to read them. */
function judgeNodes(nodes: KubeObject[], kubevirts: KubeObject[] | undefined): string | undefined {
  if (nodes.length === 0) return 'no node is marked kubevirt.io/schedulable=true: the VM will wait until one is';
  const emulates = kubevirts?.some((kv) => at(kv.spec, 'configuration', 'developerConfiguration', 'useEmulation') === true);
  // Unreadable KubeVirt settings: emulation may be on, so a warning could be wrong.
  if (emulates !== false || nodes.some(hasKvm)) return undefined;
  return 'no node offers KVM (devices.kubevirt.io/kvm): choose a node size with nested virtualization, or the VM stays unschedulable';
}

function hasKvm(node: KubeObject): boolean {
  const amount = at(node.status, 'allocatable', kvm);
  return (typeof amount === 'string' || typeof amount === 'number') && Number.parseInt(String(amount), 10) !== 0;
}
