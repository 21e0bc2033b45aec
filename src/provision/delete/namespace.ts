import { ConfigMap, Namespace, PersistentVolumeClaim, Pod, Secret, Service, VirtualMachine } from '../../cluster/kinds.js';
import type { KubeObject } from '../../cluster/types.js';
import { EdgeVmError } from '../../spec/errors.js';
import { ref } from '../common/ref.js';
import { warn, type DeleteState } from './state.js';

/** What every namespace has without anybody's doing. */
function isGiven(object: KubeObject): boolean {
  if (object.kind === 'ConfigMap') return ['kube-root-ca.crt', 'openshift-service-ca.crt'].includes(object.metadata.name);
  return object.kind === 'Secret' && object.type === 'kubernetes.io/service-account-token';
}

/** Removes the namespace that edge-vm made, if nobody put anything else into it. */
export async function deleteNamespace(state: DeleteState): Promise<void> {
  const { namespace } = state.found;
  if (namespace === undefined || state.request.keepDisk) return;
  const { cluster } = state.context;
  const { signal } = state.deadline;
  const left = await whatIsLeft(state);
  if (left === undefined || left.length > 0) {
    warn(state, `namespace ${namespace.metadata.name} stays: ${left === undefined ? 'not allowed to see whether it is empty' : `it still holds ${left.slice(0, 3).join(', ')}`}`);
    state.changes.push({ kind: 'Namespace', name: namespace.metadata.name, outcome: 'kept' });
    return;
  }
  await cluster.delete(ref(Namespace, namespace.metadata.name), { signal, ...(namespace.metadata.uid === undefined ? {} : { uid: namespace.metadata.uid }) });
  state.changes.push({ kind: 'Namespace', name: namespace.metadata.name, outcome: 'deleted' });
}

/** True where a run that was killed, or did not wait, has left nothing but the namespace that edge-vm made. */
export async function leftNamespace(state: DeleteState): Promise<boolean> {
  if (state.found.namespace === undefined || state.request.keepDisk) return false;
  return (await whatIsLeft(state))?.length === 0;
}

async function whatIsLeft(state: DeleteState): Promise<string[] | undefined> {
  const types = [VirtualMachine, Pod, PersistentVolumeClaim, Secret, Service, ConfigMap];
  const options = { namespace: state.request.namespace, signal: state.deadline.signal };
  try {
    const lists = await Promise.all(types.map((type) => state.context.cluster.list(type, options)));
    return lists.flatMap((objects, i) => objects.map((object) => ({ ...object, kind: types[i]!.kind })))
      .filter((object) => object.metadata.deletionTimestamp === undefined && !isGiven(object))
      .map((object) => `${object.kind} ${object.metadata.name}`);
  } catch (error) {
    if (EdgeVmError.is(error) && error.code === 'forbidden') return undefined;
    throw error;
  }
}
