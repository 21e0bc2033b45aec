import { listAt, textAt } from '../support/plain.js';
import type { KubeObject } from './types.js';

/** Generation of the VirtualMachine that virt-controller made the instance from (`virtv1.VirtualMachineGenerationAnnotation`). */
const GENERATION_OF_VM = 'kubevirt.io/vm-generation';

const beforeRunning: ReadonlySet<string> = new Set(['', 'Pending', 'Scheduling', 'Scheduled']);

/** The instance is still on its way to its first second of running, and nobody is stopping it. */
export function neverRan(vmi: KubeObject): boolean {
  if (vmi.metadata.deletionTimestamp !== undefined || !beforeRunning.has(textAt(vmi.status, 'phase') ?? '')) return false;
  return !listAt(vmi.status, 'phaseTransitionTimestamps').some((stamp) => textAt(stamp, 'phase') === 'Running');
}

/** The instance was made from an earlier generation of its VirtualMachine. virt-controller raises the note where that makes no difference. */
export function isOutdated(vmi: KubeObject, vm: KubeObject): boolean {
  const made = Number(vmi.metadata.annotations?.[GENERATION_OF_VM]);
  return Number.isInteger(made) && made > 0 && vm.metadata.generation !== undefined && made < vm.metadata.generation;
}

/** The object belongs to this very one, not to another of its name. */
export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
}
