import { PersistentVolumeClaim } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { dataVolumeTemplates } from '../cluster/virtual-machine.js';
import type { Observations } from '../readiness/observations.js';
import { isRunning } from '../readiness/reading.js';
import type { Wanted } from './conditions.js';

/** The claims of the VM's disks by name, from the caches. CDI gives a disk and its claim one name. */
export async function claimsOf(cluster: Cluster, { vm, namespace }: Observations, signal: AbortSignal): Promise<ReadonlyMap<string, KubeObject>> {
  const found = await Promise.all(dataVolumeTemplates(vm).map(({ name }) => cluster.get(ref(PersistentVolumeClaim, name, namespace), { signal })));
  return new Map(found.flatMap((claim) => (claim === undefined ? [] : [[claim.metadata.name, claim] as const])));
}

/**
 * Somebody deletes a disk of the VM, or its claim. A running guest goes on, and implies its disk: Kubernetes keeps the claim until the
 * launcher pod ends. KubeVirt makes a DataVolume again at once, which waits for that.
 */
export function diskGoes(o: Observations, claims: ReadonlyMap<string, KubeObject>): Pick<Wanted, 'status' | 'reason' | 'message'> | undefined {
  const { vm, dataVolumes } = o;
  if (vm === undefined || vm.metadata.deletionTimestamp !== undefined) return undefined;
  const isGoing = (object: KubeObject | undefined): boolean => object?.metadata.deletionTimestamp !== undefined;
  const names = dataVolumeTemplates(vm).map(({ name }) => name);
  const going = [
    ...names.filter((name) => isGoing(dataVolumes[name])).map((name) => `DataVolume ${name}`),
    ...names.filter((name) => isGoing(claims.get(name))).map((name) => `PersistentVolumeClaim ${name}`),
  ];
  if (going.length === 0) return undefined;
  const when = isRunning(o) ? 'when the instance ends' : 'with it';
  return { status: 'False', reason: 'Deleting', message: `${going.join(', ')} ${going.length === 1 ? 'is' : 'are'} being deleted: the data of the disk is lost ${when}` };
}
