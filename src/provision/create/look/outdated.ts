import type { KubeObject } from '../../../cluster/types.js';
import { dataVolumeTemplates, runStrategyOf } from '../../../cluster/virtual-machine.js';
import { isOutdated, isOwnedBy, neverRan } from '../../../cluster/instance.js';
import type { Change } from '../../../readiness/types.js';
import type { RenderedDevice } from '../../../render/types.js';
import { isSubset, textAt } from '../../../support/plain.js';
import type { Outdated } from '../prepared.js';
import type { DiskFindings } from './disks.js';

/** With these strategies the VM controller makes a new instance after one is deleted. */
const renewing: ReadonlySet<string | undefined> = new Set(['Always', 'RerunOnFailure']);

/**
 * Objects that have old settings and never worked: disks that were never filled, an instance that never ran. No
 * controller changes them, so they would never get corrected settings. To delete them loses nothing.
 */
export function findOutdated(rendered: RenderedDevice, vm: KubeObject | undefined, { disks, vmi }: DiskFindings, changes: readonly Change[]): Outdated {
  if (vm === undefined || vm.metadata.deletionTimestamp !== undefined) return { disks: [], instance: undefined };
  const unfilled = dataVolumeTemplates(rendered.virtualMachine).flatMap(({ name, spec }) => {
    const disk = disks.get(name);
    const isUnfilled = disk !== undefined && isOwnedBy(disk, vm) && textAt(disk.status, 'phase') !== 'Succeeded' && !isSubset(spec, disk.spec);
    return isUnfilled ? [disk] : [];
  });
  const changed = changes.some(({ kind, fields = [] }) => kind === vm.kind && fields.some(({ path }) => path.startsWith('spec.template')));
  const isOld = vmi !== undefined && renewing.has(runStrategyOf(vm)) && isOwnedBy(vmi, vm) && neverRan(vmi)
    && (changed || unfilled.length > 0 || isOutdated(vmi, vm));
  return { disks: unfilled, instance: isOld ? vmi : undefined };
}
