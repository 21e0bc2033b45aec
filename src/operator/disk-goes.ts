import { dataVolumeTemplates } from '../cluster/virtual-machine.js';
import type { Observations } from '../readiness/observations.js';
import type { Wanted } from './conditions.js';

/** Somebody deletes a disk of the VM. A running guest goes on, and implies its disk, but the disk is gone when the instance ends. */
export function diskGoes({ vm, dataVolumes }: Observations): Pick<Wanted, 'status' | 'reason' | 'message'> | undefined {
  if (vm === undefined || vm.metadata.deletionTimestamp !== undefined) return undefined;
  const going = dataVolumeTemplates(vm).filter(({ name }) => dataVolumes[name]?.metadata.deletionTimestamp !== undefined).map(({ name }) => name);
  return going.length === 0 ? undefined : { status: 'False', reason: 'Deleting', message: `DataVolume ${going.join(', ')} is being deleted: its data is lost when the instance ends` };
}
