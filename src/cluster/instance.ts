import { listAt, textAt } from '../support/plain.js';
import type { KubeObject } from './types.js';

/** Generation of the VirtualMachine that virt-controller made the instance from (`virtv1.VirtualMachineGenerationAnnotation`). */
const GENERATION_OF_VM = 'kubevirt.io/vm-generation';

const beforeRunning: ReadonlySet<string> = new Set(['', 'Pending', 'Scheduling', 'Scheduled']);

/** The instance has not run yet, and nobody is stopping it. */
export function neverRan(vmi: KubeObject): boolean {
  if (vmi.metadata.deletionTimestamp !== undefined || !beforeRunning.has(textAt(vmi.status, 'phase') ?? '')) return false;
  return !listAt(vmi.status, 'phaseTransitionTimestamps').some((stamp) => textAt(stamp, 'phase') === 'Running');
}

/** The instance was made from an earlier generation of its VirtualMachine. If the change makes no difference for the instance, virt-controller raises this annotation. */
export function isOutdated(vmi: KubeObject, vm: KubeObject): boolean {
  const made = Number(vmi.metadata.annotations?.[GENERATION_OF_VM]);
  return Number.isInteger(made) && made > 0 && vm.metadata.generation !== undefined && made < vm.metadata.generation;
}

/** The object belongs to exactly this owner (by uid), not to another one of the same name. */
export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}
