import { Namespace } from '../../cluster/kinds.js';
import type { KubeObject } from '../../cluster/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { ref } from '../../cluster/ref.js';
import { lookInto, type Look } from './emptiness/look.js';
import { warn, type DeleteState } from './state.js';

/** Removes the namespace that edge-vm made, if it is sure that nobody put anything else into it. */
export async function deleteNamespace(state: DeleteState): Promise<void> {
  const { namespace } = state.found;
  if (namespace === undefined || state.request.keepDisk) return;
  const { signal } = state.deadline;
  const { name } = namespace.metadata;
  const why = whyItStays(await lookInto(state.context, name, signal)) ?? (await remove(state, namespace.metadata));
  if (why === undefined) {
    state.changes.push({ kind: 'Namespace', name, outcome: 'deleted' });
    return;
  }
  warn(state, `namespace ${name} stays: ${why}`);
  state.changes.push({ kind: 'Namespace', name, outcome: 'kept' });
}

/** Says why it could not. Who may use a namespace need not have the right to remove it; all of the device is gone by now. */
async function remove({ context, deadline }: DeleteState, { name, uid }: KubeObject['metadata']): Promise<string | undefined> {
  try {
    await context.cluster.delete(ref(Namespace, name), { signal: deadline.signal, ...(uid === undefined ? {} : { uid }) });
    return undefined;
  } catch (error) {
    if (EdgeVmError.is(error) && error.code === 'forbidden') return 'not allowed to delete it';
    throw error;
  }
}

/** True where a run that was killed, or did not wait, has left nothing but the namespace that edge-vm made. */
export async function leftNamespace(state: DeleteState): Promise<boolean> {
  const { namespace } = state.found;
  if (namespace === undefined || state.request.keepDisk) return false;
  return whyItStays(await lookInto(state.context, namespace.metadata.name, state.deadline.signal)) === undefined;
}

const some = 3;

function whyItStays({ held, hidden, failed }: Look): string | undefined {
  if (held.length > 0) return `it still holds ${held.slice(0, some).join(', ')}`;
  const reasons = [...(hidden.length === 0 ? [] : [`not allowed to list ${hidden.slice(0, some).join(', ')}`]), ...failed.slice(0, some)];
  return reasons.length === 0 ? undefined : `cannot tell whether it is empty: ${reasons.join('; ')}`;
}
