import { Node } from '../../cluster/kinds.js';
import { EdgeVmError } from '../../support/errors.js';
import { doubtOf, NODE_RETURNED, nodeOf, type Doubt } from '../../readiness/node.js';
import type { Observations } from '../../readiness/observations.js';
import { launcherPods } from '../../readiness/reading.js';
import type { DeleteState } from './state.js';

/** Most instances are gone, or the guest is well on its way down, before anybody needs to know why not. */
const firstLookMs = 3_000;
const lookAgainMs = 10_000;

/** A doubt that only the node's return, or giving it up, resolves. */
export type LostNode = Doubt & { node: string };

export function isLost(doubt: Doubt | undefined): doubt is LostNode {
  return doubt?.node !== undefined && doubt.verdict.reason !== NODE_RETURNED;
}

/** Only kubelet ends a pod, and only virt-handler an instance; what waits for them waits for their node. */
export function adviceOf({ node }: LostNode, o: Observations): string {
  const [pod] = launcherPods(o);
  const one = pod === undefined ? '' : `; or, for this VM alone: kubectl delete pod ${pod.metadata.name} -n ${o.namespace} --force`;
  return `The VM ends once the node is back. If it is off for good, and you are sure of that: kubectl delete node ${node}${one}.`;
}

/** Looks now and then, until the signal fires, whether the instance's node is lost, and tells it when it is and when it is back. */
export async function lookForLostNode(state: DeleteState, o: Observations, signal: AbortSignal): Promise<void> {
  const { clock, onEvent } = state.context;
  let told: string | undefined;
  let mayRead = true;
  for (let pause = firstLookMs; ; pause = lookAgainMs) {
    await clock.sleep(pause, signal);
    if (signal.aborted) return;
    mayRead &&= await readNode(state, o, signal);
    o.now = clock.now();
    const doubt = doubtOf(o);
    if (isLost(doubt) && told !== doubt.node) {
      told = doubt.node;
      onEvent({ type: 'warning', message: `${doubt.verdict.message}, so ${o.name} cannot be deleted yet. ${adviceOf(doubt, o)}`, at: o.now });
    } else if (doubt === undefined && told !== undefined) {
      onEvent({ type: 'step', step: `wait for the VM ${o.name} to shut down: node ${told} is back`, state: 'start', at: o.now });
      told = undefined;
    }
  }
}

/** False when nodes may not be read, as for most people: what a lost node does to its pods tells as much. */
async function readNode({ context }: DeleteState, o: Observations, signal: AbortSignal): Promise<boolean> {
  const name = nodeOf(o);
  if (name === undefined) return true;
  try {
    const node = await context.cluster.get({ type: Node, name }, { signal });
    o.nodes = node === undefined ? {} : { [name]: node };
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    if (!EdgeVmError.is(error)) throw error;
    // An API server that does not answer for a while is the watches' matter.
    return error.code !== 'forbidden';
  }
}
