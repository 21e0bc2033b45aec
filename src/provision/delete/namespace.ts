import { DataVolume, Namespace, VirtualMachine } from '../../cluster/kinds.js';
import { noneIfNotServed } from '../../cluster/absent.js';
import { ownSelector } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import type { KubeObject } from '../../cluster/types.js';
import { LABEL_CREATED_NAMESPACE, LABEL_INSTANCE } from '../../spec/labels.js';
import { use } from '../../support/advice.js';
import { EdgeVmError } from '../../support/errors.js';
import type { ProvisionContext } from '../../readiness/types.js';
import type { DeleteRequest } from '../types.js';
import type { DeleteState } from './state.js';

/** True for a namespace that edge-vm made. */
export function isMade(namespace: KubeObject | undefined): boolean {
  return namespace?.metadata.labels?.[LABEL_CREATED_NAMESPACE] === 'true';
}

/**
 * Refuses to delete a namespace that edge-vm did not make, or that has another of its devices, before anything is
 * deleted. It does not check other objects: to delete the namespace means to delete everything in it.
 */
export async function checkDeleteNamespace({ cluster }: ProvisionContext, request: DeleteRequest, signal: AbortSignal): Promise<void> {
  if (request.deleteNamespace !== true) return;
  const { namespace, name } = request;
  if (request.keepDisk === true) throw new EdgeVmError('usage', `the disks of ${name} cannot be kept in namespace ${namespace} if the namespace is deleted`, { hint: 'Keep the disks, or delete the namespace; if spec.deletionPolicy is Retain, say that the disks go too', advice: use('deleteDisk') });
  const selection = { namespace, labelSelector: ownSelector(), signal };
  const [live, vms, disks, allowed] = await Promise.all([
    cluster.get(ref(Namespace, namespace), { signal }),
    cluster.list(VirtualMachine, selection),
    cluster.list(DataVolume, selection).catch(noneIfNotServed),
    cluster.canI({ verb: 'delete', resource: 'namespaces', name: namespace }, { signal }),
  ]);
  if (live === undefined) return;
  if (!isMade(live)) throw new EdgeVmError('not-owned', `namespace ${namespace} was not made by edge-vm`, { hint: `Delete only the device, and the namespace by hand: kubectl delete namespace ${namespace}` });
  const others = [...vms, ...disks].filter((object) => instanceOf(object) !== name);
  if (others.length > 0) throw inUse(namespace, others);
  if (!allowed) throw new EdgeVmError('forbidden', `not allowed to delete namespace ${namespace}`, { hint: 'Delete only the device, or ask the administrator of the cluster for the right (docs/rbac.md).', details: { missing: ['delete namespaces'] } });
}

function instanceOf({ metadata }: KubeObject): string {
  return metadata.labels?.[LABEL_INSTANCE] ?? metadata.name;
}

function inUse(namespace: string, others: KubeObject[]): EdgeVmError {
  const devices = [...new Set(others.map(instanceOf))];
  const objects = others.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return new EdgeVmError('not-owned', `namespace ${namespace} also holds ${devices.join(', ')} (${objects.join(', ')})`, {
    hint: 'Delete those first, or delete only this device.', details: { devices },
  });
}

/** Reports in the result whether the namespace is deleted or kept, if edge-vm made it. */
export async function finishNamespace(state: DeleteState): Promise<void> {
  const { found: { namespace }, request, context, deadline } = state;
  if (namespace === undefined) return;
  if (request.deleteNamespace === true) {
    const { uid } = namespace.metadata;
    await context.cluster.delete(ref(Namespace, request.namespace), { signal: deadline.signal, ...(uid === undefined ? {} : { uid }) });
  }
  planNamespace(state);
}

/** The same for a dry run. */
export function planNamespace({ found: { namespace }, request, changes }: Pick<DeleteState, 'found' | 'request' | 'changes'>): void {
  if (namespace === undefined) return;
  const gone = request.deleteNamespace === true;
  changes.push({ kind: Namespace.kind, name: namespace.metadata.name, outcome: gone ? 'deleted' : 'kept', ...(gone ? {} : { detail: 'edge-vm made it, and deletes it only if you ask for it' }) });
}
