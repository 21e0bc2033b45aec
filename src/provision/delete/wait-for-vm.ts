import { Pod, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import { undefinedIfForbidden } from '../../cluster/absent.js';
import { EdgeVmError } from '../../support/errors.js';
import { waitUntilGone } from '../common/wait-gone.js';
import { doubtOf } from '../../readiness/node.js';
import { noObservations, type Observations } from '../../readiness/observations.js';
import { launcherSelector } from '../../readiness/sources/cluster.js';
import { adviceOf, isLost, lookForLostNode } from './lost-node.js';
import type { DeleteState } from './state.js';

/** Waits until VM, instance and launcher pod are gone; says so when they cannot be, since their node is lost. */
export async function waitForVm(state: DeleteState): Promise<void> {
  const { context, request, deadline, found } = state;
  const { name, namespace } = request;
  const { clock, onEvent } = context;
  onEvent({ type: 'step', step: `wait for the VM ${name} to shut down`, state: 'start', at: clock.now() });
  const o = noObservations(name, namespace, clock.now());
  if (found.vm !== undefined) o.vm = found.vm;
  const ended = new AbortController();
  const signal = AbortSignal.any([deadline.signal, ended.signal]);
  const [left] = await Promise.all([whatIsLeft(state, o).finally(() => ended.abort()), lookForLostNode(state, o, signal)]);
  if (left.length > 0) throw stillThere(state, o, left);
}

/** Waits for all three at once, so that a time-out can tell what is still there. */
async function whatIsLeft({ context, request, deadline }: DeleteState, o: Observations): Promise<string[]> {
  const { cluster } = context;
  const { name, namespace } = request;
  const { signal } = deadline;
  const gone = await Promise.all([
    waitUntilGone(cluster, VirtualMachine, { namespace, name }, signal),
    // The last that was seen of it is kept: it tells whose node the pod is still on.
    waitUntilGone(cluster, VirtualMachineInstance, { namespace, name }, signal, ([vmi]) => void (vmi === undefined || (o.vmi = vmi))),
    waitUntilGone(cluster, Pod, { namespace, labelSelector: launcherSelector(name) }, signal, (pods) => {
      o.pods = Object.fromEntries(pods.map((pod) => [pod.metadata.name, pod]));
    // Who may not watch pods has the instance to go by.
    }).catch(undefinedIfForbidden),
  ]);
  return ['VirtualMachine', 'VirtualMachineInstance', 'launcher pod'].filter((_, i) => gone[i] === false);
}

function stillThere({ request, deadline, context }: DeleteState, o: Observations, left: string[]): EdgeVmError {
  o.now = context.clock.now();
  const doubt = doubtOf(o);
  const code = deadline.expired ? 'timed-out' : 'interrupted';
  const what = `${request.name} is still being deleted: ${left.join(', ')}`;
  if (!isLost(doubt)) return new EdgeVmError(code, what, { hint: 'The guest may take its time to shut down; deleting again goes on waiting.', details: { left } });
  const { node, since, verdict } = doubt;
  return new EdgeVmError(code, `${what}; ${verdict.message}`, {
    hint: `${adviceOf(doubt, o)} Deleting again goes on waiting.`,
    details: { left, node, ...(since === undefined ? {} : { since: new Date(since).toISOString() }) },
  });
}
