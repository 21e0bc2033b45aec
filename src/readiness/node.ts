import type { KubeObject } from '../cluster/types.js';
import { conditionOf } from '../cluster/virtual-machine.js';
import { textAt } from '../support/plain.js';
import type { Observations } from './observations.js';
import { currentVmi, launcherPods, parseTime, words } from './reading.js';
import { no, unknown, type Verdict } from './verdict.js';

/** Why the state of a running instance is in doubt. */
export interface Doubt {
  verdict: Verdict;
  /** Name of the node that does not answer, or is not ready; absent if the node is not the problem. */
  node?: string;
  /** Since when, in milliseconds since the epoch and by the cluster's clock. */
  since?: number;
}

/** The reason while the node answers again but its pods have not reported yet. */
export const NODE_RETURNED = 'NodeReturned';

/** If a pod should have ended so long ago, nobody is ending it. */
const overdueMs = 60_000;

/**
 * Nobody changes an instance whose node is gone: it stays `Running`. Only two things change: the node's own condition, and
 * the readiness of its pods, which the node lifecycle controller sets to False.
 */
export function doubtOf(o: Observations): Doubt | undefined {
  const vmi = currentVmi(o);
  const name = nodeOf(o);
  if (vmi === undefined || name === undefined) return undefined;
  const taken = readinessTaken(o, name);
  const ready = conditionOf(o.nodes[name], 'Ready');
  if (ready?.status === 'Unknown') return lost(name, 'NodeUnreachable', `does not answer${since(ready.lastTransitionTime)} (${words(ready.reason, 60)})`, ready.lastTransitionTime);
  if (ready?.status === 'False') return lost(name, 'NodeNotReady', `is not ready${since(ready.lastTransitionTime)} (${words(ready.reason, 60)})`, ready.lastTransitionTime);
  if (taken === undefined) return ending(o, vmi, name);
  if (ready === undefined) return lost(name, 'NodeNotReady', `does not answer, or is not ready${since(taken)} (its pods count as not ready)`, taken);
  // kubelet needs some seconds to find its pods again.
  return lost(name, NODE_RETURNED, `did not answer${since(taken)}; it is back, and has not yet reported the state of the instance`, taken);
}

/** The node on which the instance runs or will run. */
export function nodeOf(o: Observations): string | undefined {
  const vmi = currentVmi(o);
  const phase = textAt(vmi?.status, 'phase') ?? '';
  if (!['Scheduling', 'Scheduled', 'Running'].includes(phase)) return undefined;
  return textAt(vmi?.status, 'nodeName') ?? textAt(launcherPods(o)[0]?.spec, 'nodeName');
}

function lost(node: string, reason: Verdict['reason'], what: string, time: string | undefined): Doubt {
  const ms = time === undefined ? undefined : parseTime(time);
  return { verdict: unknown(reason, `node ${node} ${what}`), node, ...(ms === undefined ? {} : { since: ms }) };
}

const since = (time: string | undefined): string => (time === undefined ? '' : ` since ${time}`);

/**
 * The time at which the node lifecycle controller set the pod to not ready. kubelet and virt-controller always give a
 * reason; that controller gives none. The instance's condition is virt-controller's copy of the pod's.
 */
function readinessTaken(o: Observations, node: string): string | undefined {
  const pods = launcherPods(o).filter((pod) => textAt(pod.spec, 'nodeName') === node);
  for (const object of [currentVmi(o), ...pods]) {
    const ready = conditionOf(object, 'Ready');
    if (ready?.status === 'False' && (ready.reason ?? '') === '' && ready.lastTransitionTime !== undefined) return ready.lastTransitionTime;
  }
  return undefined;
}

/** The pod was deleted but the instance was not: evicted, or deleted by somebody. */
function ending(o: Observations, vmi: KubeObject, node: string): Doubt | undefined {
  if (conditionOf(vmi, 'Ready')?.reason !== 'PodTerminating' || textAt(vmi.status, 'phase') !== 'Running') return undefined;
  const end = launcherPods(o).map((pod) => pod.metadata.deletionTimestamp).find((time) => time !== undefined);
  const due = end === undefined ? undefined : parseTime(end);
  if (end !== undefined && due !== undefined && o.now - due > overdueMs) return lost(node, 'NodeNotReady', `does not answer, or is not ready: it has not ended the launcher pod, which was due at ${end}`, end);
  // An instance that is being stopped itself says so.
  return vmi.metadata.deletionTimestamp === undefined ? { verdict: no('PodTerminating', 'the launcher pod is being ended') } : undefined;
}
