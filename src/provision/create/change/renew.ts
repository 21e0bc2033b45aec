import { DataVolume, VirtualMachineInstance } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import type { KubeObject, ResourceType } from '../../../cluster/types.js';
import type { Change } from '../../../readiness/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { Outdated, PreparedDevice } from '../prepared.js';
import { warn, type Done, type Run } from '../run.js';

/** The change entries for replaced objects. */
export function renewals({ disks, instance }: Outdated): Change[] {
  return [
    ...(instance === undefined ? [] : [{ kind: VirtualMachineInstance.kind, name: instance.metadata.name, outcome: 'deleted', detail: 'it never ran; KubeVirt makes a new one from the new settings' } as const]),
    ...disks.map((disk) => ({ kind: DataVolume.kind, name: disk.metadata.name, outcome: 'deleted', detail: 'it was never filled; CDI makes a new one from the new settings' } as const)),
  ];
}

/**
 * Deletes objects that have old settings and never worked, so that their controllers make them again from the new
 * settings. The instance goes first, because it uses its disks. Gives the uids of the deleted objects.
 */
export async function renew(run: Run, { outdated }: PreparedDevice): Promise<Done<string[]>> {
  const { instance, disks } = outdated;
  const all: [ResourceType, KubeObject][] = [...(instance === undefined ? [] : [[VirtualMachineInstance, instance] as [ResourceType, KubeObject]]), ...disks.map((disk): [ResourceType, KubeObject] => [DataVolume, disk])];
  const gone: string[] = [];
  const said = renewals(outdated);
  for (const [index, [type, object]] of all.entries()) {
    const uid = object.metadata.uid ?? '';
    if (await remove(run, type, object, uid)) {
      gone.push(uid);
      run.report.changes.push(said[index]!);
    }
  }
  return { value: gone, skipped: gone.length === 0 };
}

async function remove(run: Run, type: ResourceType, { metadata: { name, namespace = '' } }: KubeObject, uid: string): Promise<boolean> {
  const { context: { cluster }, deadline: { signal } } = run;
  try {
    // Only with this uid: a newer object of that name already has the new settings.
    return await cluster.delete(ref(type, name, namespace), { uid, signal });
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'forbidden') throw error;
    warn(run, `${type.kind} ${name} has old settings, but you have no right to delete it: kubectl delete ${type.plural} ${name} -n ${namespace}`);
    return false;
  }
}
