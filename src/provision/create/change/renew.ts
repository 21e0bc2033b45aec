import { DataVolume, VirtualMachineInstance } from '../../../cluster/kinds.js';
import { ref } from '../../../cluster/ref.js';
import type { KubeObject, ResourceType } from '../../../cluster/types.js';
import type { Change } from '../../../readiness/types.js';
import { EdgeVmError } from '../../../support/errors.js';
import type { Outdated, PreparedDevice } from '../prepared.js';
import { warn, type Done, type Run } from '../run.js';

/** What is said of each object that is made anew. */
export function renewals({ disks, instance }: Outdated): Change[] {
  return [
    ...(instance === undefined ? [] : [{ kind: VirtualMachineInstance.kind, name: instance.metadata.name, outcome: 'deleted', detail: 'it never ran; a new one is made from what is applied now' } as const]),
    ...disks.map((disk) => ({ kind: DataVolume.kind, name: disk.metadata.name, outcome: 'deleted', detail: 'it was never filled; a new one is made from what is applied now' } as const)),
  ];
}

/**
 * Takes away what was made from settings of before and never worked, so that its controller makes it from those that are
 * applied now. The instance goes first, since it holds its disks. Gives the uids of what goes.
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
    // Conditional on the uid: what has taken its place since is from the new settings.
    return await cluster.delete(ref(type, name, namespace), { uid, signal });
  } catch (error) {
    if (!EdgeVmError.is(error) || error.code !== 'forbidden') throw error;
    warn(run, `${type.kind} ${name} was made from settings of before, and may not be deleted with your rights: kubectl delete ${type.plural} ${name} -n ${namespace}`);
    return false;
  }
}
