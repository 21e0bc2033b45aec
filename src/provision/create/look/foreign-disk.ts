import { PersistentVolumeClaim } from '../../../cluster/kinds.js';
import type { KubeObject } from '../../../cluster/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import { deviceOf, isOurs, sameDevice } from '../../../cluster/owned.js';
import { ref } from '../../../cluster/ref.js';
import type { Subject } from '../prepared.js';
import type { Run } from '../run.js';

/**
 * Refuses a disk that is not this device's. The VM controller adopts any DataVolume that a template names and nobody
 * controls (ClaimMatchedDataVolumes). It also uses a claim of that name as a disk that is already filled: the guest would
 * write to it, and `delete` would remove it.
 */
export async function refuseForeignDisk(run: Run, subject: Subject, vm: KubeObject | undefined, name: string, disk: KubeObject | undefined): Promise<void> {
  const { namespace, hubHostname, deviceId } = subject;
  const [kind, found] = disk === undefined ? ['PersistentVolumeClaim', await getClaim(run, namespace, name)] : ['DataVolume', disk];
  if (found === undefined || isOfVm(found, vm)) return;
  const place = `${kind} ${namespace}/${name}`;
  if (!isOurs(found)) {
    throw new EdgeVmError('not-owned', `${place} exists and was not made by edge-vm`, { hint: 'Choose another name or namespace for the device: its VM would use that disk.' });
  }
  const theirs = deviceOf(found);
  if (theirs.id === null || sameDevice(theirs, { hub: hubHostname, id: deviceId })) return;
  throw new EdgeVmError('not-owned', `${place} was kept from device ${theirs.id} of ${theirs.hub ?? 'another hub'}`, {
    hint: 'Give this device another name, or delete that disk', advice: [{ do: 'delete', name: subject.name, namespace }],
  });
}

/** A claim without its DataVolume: of another owner, or CDI has deleted the DataVolume. Without the right to read, this checks nothing. */
async function getClaim({ context, deadline }: Run, namespace: string, name: string): Promise<KubeObject | undefined> {
  return context.cluster.get(ref(PersistentVolumeClaim, name, namespace), { signal: deadline.signal }).catch((error: unknown) => {
    if (deadline.signal.aborted) throw error;
    return undefined;
  });
}

function isOfVm(disk: KubeObject, vm: KubeObject | undefined): boolean {
  return vm !== undefined && (disk.metadata.ownerReferences ?? []).some((owner) => owner.uid === vm.metadata.uid);
}
