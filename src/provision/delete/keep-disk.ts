import { DataVolume, PersistentVolumeClaim, VirtualMachine } from '../../cluster/kinds.js';
import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { ANNOTATION_DEVICE, ANNOTATION_HUB, FINALIZER_KEEP_DISK, LABEL_INSTANCE, LABEL_KEPT_DISK, LABEL_MANAGED_BY, MANAGER } from '../../spec/labels.js';
import { noteOf, type FirstBoot } from '../../readiness/first-boot.js';
import { isConflict, undefinedIfForbidden } from '../../cluster/absent.js';
import { ref } from '../../cluster/ref.js';
import { EdgeVmError } from '../../support/errors.js';
import { dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { missingPermissions } from '../common/permissions.js';
import type { ProvisionContext } from '../../readiness/types.js';
import type { Found } from './find.js';
import type { DecidedRequest } from './policy.js';
import type { DeleteState } from './state.js';
import { ownedBy } from './find.js';

/*
 * Keeping a disk. The VM owns its DataVolumes, so the garbage collector deletes them with it. It does not help to remove
 * the owner while the VM exists: KubeVirt's VM controller adopts any DataVolume that its templates name and nobody
 * controls (ClaimMatchedDataVolumes), unless the VM is being deleted. And then the VM may be gone before we act. So this
 * adds our own finalizer to the VM, deletes the VM, removes the owner from the disks, and removes the finalizer.
 * Orphaning (`--cascade=orphan`) would leave the instance running. A later VM of that name adopts the disk again.
 */

/** Names of the disks to keep. CDI may have deleted a DataVolume; its claim has the same name. */
export function disksToKeep({ vm, disks }: Found): string[] {
  return [...new Set([...disks.map((disk) => disk.metadata.name), ...dataVolumeTemplates(vm).map(({ name }) => name)])];
}

/** Without the right to change the disks, the VM would keep its finalizer and hang in deletion, so this checks the right first. */
export async function checkKeepDisk(context: ProvisionContext, request: DecidedRequest, found: Found, signal: AbortSignal): Promise<void> {
  if (!request.keepDisk || found.vm === undefined || disksToKeep(found).length === 0) return;
  refuseTooLate(found.vm, found.disks);
  const needed = [{ verb: 'patch', group: 'kubevirt.io', resource: 'virtualmachines' }, { verb: 'patch', group: 'cdi.kubevirt.io', resource: 'datavolumes' }];
  const missing = await missingPermissions(context, request.namespace, needed, signal);
  if (missing.length === 0) return;
  throw new EdgeVmError('forbidden', `keeping the disk is not allowed in namespace ${request.namespace}: ${missing.join(', ')}`, { hint: 'docs/rbac.yaml has the smallest Role that is enough.', details: { missing } });
}

/** After an earlier `delete` without `--keep-disk`, the garbage collector already deletes them. */
function refuseTooLate(vm: KubeObject, disks: readonly KubeObject[]): void {
  const { name, deletionTimestamp, finalizers = [] } = vm.metadata;
  const going = disks.filter((disk) => disk.metadata.deletionTimestamp !== undefined || (deletionTimestamp !== undefined && !finalizers.includes(FINALIZER_KEEP_DISK) && ownedBy(disk, vm)));
  if (going.length === 0) return;
  throw new EdgeVmError('vm-deleted', `${name} is already being deleted, and with it ${going.map((disk) => `DataVolume ${disk.metadata.name}`).join(', ')}`, {
    hint: 'It is too late to keep the disk. To finish, delete without keeping it', advice: [{ do: 'delete', name, ...(vm.metadata.namespace === undefined ? {} : { namespace: vm.metadata.namespace }) }],
  });
}

/** Adds the finalizer. A VM that is already being deleted accepts no new one, but may still have it from a killed run. */
export async function holdVm(state: DeleteState, vm: KubeObject): Promise<void> {
  await changeFinalizers(state, vm, (finalizers, live) =>
    (finalizers.includes(FINALIZER_KEEP_DISK) || live.metadata.deletionTimestamp !== undefined ? undefined : [...finalizers, FINALIZER_KEEP_DISK]));
}

/** Removes the finalizer, if it is there. */
export async function releaseVm(state: DeleteState): Promise<void> {
  await changeFinalizers(state, await readVm(state), (finalizers) =>
    (finalizers.includes(FINALIZER_KEEP_DISK) ? finalizers.filter((finalizer) => finalizer !== FINALIZER_KEEP_DISK) : undefined));
}

/** The number of conflicts to accept: KubeVirt's controllers write often while a VM is being deleted. */
const maxConflicts = 10;

/** Conditional, because a merge patch replaces the whole list, also the finalizers of others. After a conflict it reads again. */
async function changeFinalizers(state: DeleteState, known: KubeObject | undefined, change: (finalizers: string[], vm: KubeObject) => string[] | undefined): Promise<void> {
  let vm = known;
  for (let attempt = 1; vm !== undefined; attempt += 1) {
    const finalizers = change(vm.metadata.finalizers ?? [], vm);
    if (finalizers === undefined) return;
    try {
      return await patchVm(state, vm, finalizers);
    } catch (error) {
      if (attempt >= maxConflicts || !isConflict(error)) throw error;
      vm = await readVm(state);
    }
  }
}

async function readVm({ context, request, deadline }: DeleteState): Promise<KubeObject | undefined> {
  return context.cluster.get(ref(VirtualMachine, request.name, request.namespace), { signal: deadline.signal });
}

async function patchVm(state: DeleteState, vm: KubeObject, finalizers: string[]): Promise<void> {
  const { resourceVersion } = vm.metadata;
  await state.context.cluster.mergePatch(
    ref(VirtualMachine, vm.metadata.name, state.request.namespace),
    { metadata: { finalizers, ...(resourceVersion === undefined ? {} : { resourceVersion }) } },
    { signal: state.deadline.signal },
  );
}

/**
 * Removes the VM from the disks' owners, and labels the disks, so that a later `create` or `delete` knows them.
 *
 * @param setUpWith the settings of the root disk's first boot; a later `create` compares with them.
 */
export async function detachDisks(state: DeleteState, setUpWith: FirstBoot | undefined): Promise<void> {
  const { found, context, request } = state;
  const { vm } = found;
  if (vm === undefined) return;
  for (const name of disksToKeep(found)) {
    const disk = found.disks.find((one) => one.metadata.name === name);
    if (disk !== undefined) await detach(state, DataVolume, disk, vm, setUpWith);
    // CDI may have deleted the DataVolume and moved its owner to the claim.
    const claim = await context.cluster.get(ref(PersistentVolumeClaim, name, request.namespace), { signal: state.deadline.signal }).catch(undefinedIfForbidden);
    const owned = claim !== undefined && ownedBy(claim, vm);
    if (owned) await detach(state, PersistentVolumeClaim, claim, vm, setUpWith);
    if (disk !== undefined || owned) state.changes.push({ kind: disk === undefined ? 'PersistentVolumeClaim' : 'DataVolume', name, outcome: 'kept' });
  }
}

async function detach(state: DeleteState, type: ResourceType, object: KubeObject, vm: KubeObject, setUpWith: FirstBoot | undefined): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== vm.metadata.uid);
  const from = vm.metadata.annotations ?? {};
  const annotations = { [ANNOTATION_HUB]: from[ANNOTATION_HUB], [ANNOTATION_DEVICE]: from[ANNOTATION_DEVICE], ...(setUpWith === undefined ? {} : noteOf(setUpWith)) };
  const labels = { [LABEL_MANAGED_BY]: MANAGER, [LABEL_INSTANCE]: state.request.name, [LABEL_KEPT_DISK]: 'true' };
  await state.context.cluster.mergePatch(
    ref(type, object.metadata.name, state.request.namespace),
    { metadata: { ownerReferences, labels, annotations } },
    { signal: state.deadline.signal },
  );
}
