import { Node } from '../../cluster/kinds.js';
import { EdgeVmError } from '../../support/errors.js';
import { doubtOf, NODE_RETURNED, nodeOf, type Doubt } from '../../readiness/node.js';
import type { Observations } from '../../readiness/observations.js';
import { launcherPods } from '../../readiness/reading.js';
import type { DeleteState } from './state.js';

/** In this time most instances are gone, or their guests are shutting down, and nobody needs a reason. */
const firstLookMs = 3_000;
const lookAgainMs = 10_000;

/** True if the delete can only continue when the node comes back or somebody removes it. */
export type LostNode = Doubt & { node: string };

export function isLost(doubt: Doubt | undefined): doubt is LostNode {
  return doubt?.node !== undefined && doubt.verdict.reason !== NODE_RETURNED;
}

/** Only kubelet ends a pod, and only virt-handler ends an instance, so both need their node. */
export function adviceOf({ node }: LostNode, o: Observations): string {
  const [pod] = launcherPods(o);
  const one = pod === undefined ? '' : `; or, for this VM alone: kubectl delete pod ${pod.metadata.name} -n ${o.namespace} --force`;
  return `The VM ends when the node is back. If you are sure that the node is off and stays off: kubectl delete node ${node}${one}.`;
}

/** Looks now and then, until the signal fires, whether the instance's node is lost, and reports when it is lost and when it is back. */
export async function lookForLostNode(state: DeleteState, o: Observations, signal: AbortSignal): Promise<void> {
  const { clock, onEvent } = state.context;
  let reported: string | undefined;
  let mayRead = true;
  for (let pause = firstLookMs; ; pause = lookAgainMs) {
    await clock.sleep(pause, signal);
    if (signal.aborted) return;
    mayRead &&= await readNode(state, o, signal);
    o.now = clock.now();
    const doubt = doubtOf(o);
    if (isLost(doubt) && reported !== doubt.node) {
      reported = doubt.node;
      onEvent({ type: 'warning', message: `${doubt.verdict.message}, so ${o.name} cannot be deleted yet. ${adviceOf(doubt, o)}`, at: o.now });
    } else if (doubt === undefined && reported !== undefined) {
      onEvent({ type: 'step', step: `wait for the VM ${o.name} to shut down: node ${reported} is back`, state: 'start', at: o.now });
      reported = undefined;
    }
  }
}

/** False without the right to read nodes, which most people lack: the pods of a lost node show as much. */
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
    // If the API server does not answer for a while, the watches handle that.
    return error.code !== 'forbidden';
  }
}
