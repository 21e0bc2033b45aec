import { PersistentVolumeClaim } from '../cluster/kinds.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { dataVolumeTemplates } from '../cluster/virtual-machine.js';
import type { Observations } from '../readiness/observations.js';
import { isRunning } from '../readiness/reading.js';
import { textAt } from '../support/plain.js';
import type { Wanted } from './conditions.js';
import type { Memory } from './memory.js';
import type { StatusCondition } from './types.js';

const DELETING = 'Deleting';
const CLAIM_LOST = 'ClaimLost';

/** The claims of the VM's disks by name, from the caches. CDI gives a disk and its claim one name. */
export async function claimsOf(cluster: Cluster, { vm, namespace }: Observations, signal: AbortSignal): Promise<ReadonlyMap<string, KubeObject>> {
  const found = await Promise.all(dataVolumeTemplates(vm).map(({ name }) => cluster.get(ref(PersistentVolumeClaim, name, namespace), { signal })));
  return new Map(found.flatMap((claim) => (claim === undefined ? [] : [[claim.metadata.name, claim] as const])));
}

/**
 * Somebody deletes a disk of the VM, or its claim. A running guest goes on, and implies its disk: Kubernetes keeps the claim until the
 * launcher pod ends. KubeVirt makes a DataVolume again at once, which waits for that.
 *
 * @param had claims that were there before.
 */
export function diskGoes(o: Observations, claims: ReadonlyMap<string, KubeObject>, had: ReadonlySet<string>): Pick<Wanted, 'status' | 'reason' | 'message'> | undefined {
  const { vm, dataVolumes } = o;
  if (vm === undefined || vm.metadata.deletionTimestamp !== undefined) return undefined;
  const isGoing = (object: KubeObject | undefined): boolean => object?.metadata.deletionTimestamp !== undefined;
  const names = dataVolumeTemplates(vm).map(({ name }) => name);
  const going = [
    ...names.filter((name) => isGoing(dataVolumes[name])).map((name) => `DataVolume ${name}`),
    ...names.filter((name) => isGoing(claims.get(name))).map((name) => `PersistentVolumeClaim ${name}`),
  ];
  const when = isRunning(o) ? 'when the instance ends' : 'with it';
  if (going.length > 0) return { status: 'False', reason: DELETING, message: `${going.join(', ')} ${going.length === 1 ? 'is' : 'are'} being deleted: the data of the disk is lost ${when}` };
  const lost = names.filter((name) => !claims.has(name) && had.has(name) && textAt(dataVolumes[name]?.status, 'phase') === 'Succeeded');
  if (lost.length === 0) return undefined;
  return { status: 'False', reason: CLAIM_LOST, message: `PersistentVolumeClaim ${lost.join(', ')} is gone, and the data of the disk with it. CDI makes a new disk from the image; if it does not: kubectl delete datavolume ${lost.join(' ')}` };
}

/** Claims that this process has seen, or that the last status says are gone. */
export function claimsBefore(memory: Pick<Memory, 'claims'>, { vm }: Observations, claims: ReadonlyMap<string, KubeObject>, before: StatusCondition | undefined): ReadonlySet<string> {
  for (const name of claims.keys()) memory.claims.add(name);
  const names = dataVolumeTemplates(vm).map(({ name }) => name);
  return before !== undefined && isOfLoss(before.reason) ? new Set([...memory.claims, ...names.filter((name) => before.message.includes(name))]) : memory.claims;
}

/** Nobody should wait to learn this. */
export function isOfLoss(reason: string | undefined): boolean {
  return reason === DELETING || reason === CLAIM_LOST;
}
