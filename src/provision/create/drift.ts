import type { KubeObject } from '../../cluster/types.js';
import { DataVolume, VirtualMachineInstance } from '../../cluster/kinds.js';
import type { RenderedDevice } from '../../render/types.js';
import { firstBootOf, noted, type FirstBoot } from '../common/first-boot.js';
import { ref } from '../../cluster/ref.js';
import { dataVolumeTemplates, firmwareUuidOf } from '../../cluster/virtual-machine.js';
import { isSubset, textAt } from '../../support/plain.js';
import { refuseForeignDisk } from './foreign-disk.js';
import type { CreateState, CreateStep } from './state.js';
import { warn } from './state.js';

/** Tells what applying will not change: cloud-init runs once for each disk and firmware UUID, and disks stay as they are. */
export const warnOfDrift: CreateStep = {
  name: 'compare with the disk',
  async run(state) {
    const { rendered, liveVm } = state;
    if (rendered === undefined) return { skipped: true };
    const templates = dataVolumeTemplates(rendered.virtualMachine);
    const disks = await Promise.all(templates.map((template) => getDisk(state, template.name)));
    await Promise.all(templates.map((template, i) => refuseForeignDisk(state, template.name, disks[i])));
    const root = disks[0];
    const vmi = liveVm === undefined ? undefined : await state.context.cluster.get(ref(VirtualMachineInstance, state.name, state.namespace), { signal: state.deadline.signal });
    const was = firstBoot(liveVm, vmi, root, rendered);
    state.firstBoot = was;
    // With another UUID than that of the first boot, cloud-init will run anew.
    const same = was.uuid === firmwareUuidOf(rendered.virtualMachine);
    if (same && was.hash !== rendered.userDataHash) warn(state, staleUserData(state));
    templates.forEach((template, i) => {
      const live = disks[i];
      if (live !== undefined && !isSubset(template.spec, live.spec)) warn(state, diskDiffers(template.name));
    });
    return { skipped: liveVm === undefined && root === undefined };
  },
};

/** Without CDI, or without the right to look, there is nothing to compare with. */
async function getDisk(state: CreateState, name: string): Promise<KubeObject | undefined> {
  return state.context.cluster.get(ref(DataVolume, name, state.namespace), { signal: state.deadline.signal }).catch((error: unknown) => {
    if (state.deadline.signal.aborted) throw error;
    return undefined;
  });
}

/**
 * What the disk was set up with, or will be at its first boot: as the live VM has it, or the disk that was kept. A disk
 * that is not filled yet has not booted; who may not look at it goes by what the VM notes.
 */
function firstBoot(live: KubeObject | undefined, vmi: KubeObject | undefined, root: KubeObject | undefined, rendered: RenderedDevice): FirstBoot {
  const next = { hash: rendered.userDataHash, uuid: firmwareUuidOf(rendered.virtualMachine) ?? '' };
  const phase = textAt(root?.status, 'phase');
  const persistent = dataVolumeTemplates(rendered.virtualMachine).length > 0;
  if (!persistent || (phase !== undefined && phase !== 'Succeeded')) return next;
  return (live === undefined ? noted(root) : firstBootOf(live, vmi)) ?? next;
}

function staleUserData(state: CreateState): string {
  const next = (state.request.device.spec.generation ?? 1) + 1;
  return `the disk of ${state.name} was set up with other user-data, and cloud-init does not run again on it: to have it set up anew, use --generation ${next} and restart the VM, or delete and create the device`;
}

function diskDiffers(name: string): string {
  return `DataVolume ${name} exists with another size, image or storage class and stays as it is: delete and create the device to get a new disk`;
}
