import { DataVolume, Secret, Service } from '../../cluster/kinds.js';
import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { EdgeVmError } from '../../support/errors.js';
import { isOwn, ownSelector } from '../../cluster/owned.js';
import { ref } from '../../cluster/ref.js';
import { waitUntilGone } from '../common/wait-gone.js';
import type { DeleteState } from './state.js';

/** Disks that were not deleted with their VM: kept ones, or those whose VM is already gone. */
export async function deleteDisks(state: DeleteState): Promise<void> {
  const { found, request, context, deadline } = state;
  if (request.keepDisk) {
    if (found.vm === undefined) for (const disk of found.disks) state.changes.push({ kind: 'DataVolume', name: disk.metadata.name, outcome: 'kept' });
    return;
  }
  await Promise.all(found.disks.map((disk) => remove(state, DataVolume, disk)));
  if (!request.wait) return;
  const gone = await Promise.all(found.disks.map((disk) => waitUntilGone(context.cluster, DataVolume, selectionOf(disk, request), deadline.signal)));
  if (gone.every(Boolean)) return;
  throw new EdgeVmError(deadline.expired ? 'timed-out' : 'interrupted', `the disks of ${request.name} are still being deleted`, {
    hint: 'Delete again to continue.',
  });
}

/** With edge-vm's labels, so that many devices that are deleted together share one watch. */
function selectionOf({ metadata: { name, labels = {} } }: KubeObject, request: DeleteState['request']): { namespace: string; name: string; labelSelector?: string } {
  return { namespace: request.namespace, name, ...(isOwn(labels, request.name) ? { labelSelector: ownSelector(request.name) } : {}) };
}

/** Secret and Service; the garbage collector may be faster, because the VM owns them. */
export async function deleteRest(state: DeleteState): Promise<void> {
  const { secret, service } = state.found;
  await Promise.all([
    service === undefined ? undefined : remove(state, Service, service),
    secret === undefined ? undefined : remove(state, Secret, secret),
  ]);
}

async function remove(state: DeleteState, type: ResourceType, object: KubeObject): Promise<void> {
  const uid = object.metadata.uid === undefined ? {} : { uid: object.metadata.uid };
  await state.context.cluster.delete(ref(type, object.metadata.name, state.request.namespace), { ...uid, signal: state.deadline.signal });
  state.changes.push({ kind: type.kind, name: object.metadata.name, outcome: 'deleted' });
}
