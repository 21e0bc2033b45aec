import { Pod, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { undefinedIfForbidden } from '../../cluster/absent.js';
import { joined, OVER } from '../../support/abort.js';
import { EdgeVmError } from '../../support/errors.js';
import { waitUntilGone } from '../common/wait-gone.js';
import { doubtOf } from '../../readiness/node.js';
import { noObservations, type Observations } from '../../readiness/observations.js';
import { launcherSelector } from '../../readiness/sources/cluster.js';
import { adviceOf, isLost, lookForLostNode } from './lost-node.js';
import type { DeleteState } from './state.js';

/** Waits until VM, instance and launcher pod are gone; warns if their node is lost, because then they cannot go. */
export async function waitForVm(state: DeleteState): Promise<void> {
  const { context, request, deadline, found } = state;
  const { name, namespace } = request;
  const { clock, onEvent } = context;
  onEvent({ type: 'step', step: `wait for the VM ${name} to shut down`, state: 'start', at: clock.now() });
  const o = noObservations(name, namespace, clock.now());
  if (found.vm !== undefined) o.vm = found.vm;
  const ended = new AbortController();
  const { signal, release } = joined(deadline.signal, ended.signal);
  const [left] = await Promise.all([whatIsLeft(state, o).finally(() => ended.abort(OVER)), lookForLostNode(state, o, signal)]).finally(release);
  if (left.length > 0) throw stillThere(state, o, left);
}

/** Waits for all three at once, so that a time-out can name those that still exist. */
async function whatIsLeft({ context, request, deadline }: DeleteState, o: Observations): Promise<string[]> {
  const { cluster } = context;
  const { name, namespace } = request;
  const { signal } = deadline;
  const gone = await Promise.all([
    waitUntilGone(cluster, VirtualMachine, { namespace, name }, signal),
    // Keeps the last state of it: that has the node of the pod.
    waitUntilGone(cluster, VirtualMachineInstance, { namespace, name }, signal, ([vmi]) => void (vmi === undefined || (o.vmi = vmi))),
    waitUntilGone(cluster, Pod, { namespace, labelSelector: launcherSelector(name) }, signal, (pods) => {
      o.pods = Object.fromEntries(pods.map((pod) => [pod.metadata.name, pod]));
    // Without the right to watch pods, the instance has to be enough.
    }).catch(undefinedIfForbidden),
  ]);
  return ['VirtualMachine', 'VirtualMachineInstance', 'launcher pod'].filter((_, i) => gone[i] === false);
}

function stillThere({ request, deadline, context }: DeleteState, o: Observations, left: string[]): EdgeVmError {
  o.now = context.clock.now();
  const doubt = doubtOf(o);
  const code = deadline.expired ? 'timed-out' : 'interrupted';
  const what = `${request.name} is still being deleted: ${left.join(', ')}`;
  if (!isLost(doubt)) return new EdgeVmError(code, what, { hint: 'A guest may need some time to shut down. Delete again to continue.', details: { left } });
  const { node, since, verdict } = doubt;
  return new EdgeVmError(code, `${what}; ${verdict.message}`, {
    hint: `${adviceOf(doubt, o)} Delete again to continue.`,
    details: { left, node, ...(since === undefined ? {} : { since: new Date(since).toISOString() }) },
  });
}
