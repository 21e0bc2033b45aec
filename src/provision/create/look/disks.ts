import type { KubeObject } from '../../../cluster/types.js';
import { DataVolume, VirtualMachineInstance } from '../../../cluster/kinds.js';
import { rootVolumeName } from '../../../render/index.js';
import type { RenderedDevice } from '../../../render/types.js';
import { firstBootOf, noted, type FirstBoot } from '../../../readiness/first-boot.js';
import { ref } from '../../../cluster/ref.js';
import { dataVolumeTemplates, firmwareUuidOf } from '../../../cluster/virtual-machine.js';
import { textAt } from '../../../support/plain.js';
import type { Subject } from '../prepared.js';
import { warn, type Done, type Run } from '../run.js';
import { refuseForeignDisk } from './foreign-disk.js';
import { isOtherThanFilled } from './unchangeable.js';
import { refuseMissingClass } from './storage-class.js';

export interface DiskFindings {
  /** By name; absent if there is none yet. */
  disks: ReadonlyMap<string, KubeObject>;
  /** The settings with which the root disk was set up. */
  firstBoot: FirstBoot | undefined;
  /** The VM's instance, if it has one. */
  vmi: KubeObject | undefined;
}

/** Looks at the disks that the device will have, and refuses a disk of another owner. */
export async function lookAtDisks(run: Run, subject: Subject, rendered: RenderedDevice, vm: KubeObject | undefined): Promise<Done<DiskFindings>> {
  const { name, namespace } = subject;
  const templates = dataVolumeTemplates(rendered.virtualMachine);
  const found = await Promise.all(templates.map((template) => getDisk(run, namespace, template.name)));
  const disks = new Map(found.flatMap((disk) => (disk === undefined ? [] : [[disk.metadata.name, disk] as const])));
  await Promise.all(templates.map((template) => refuseForeignDisk(run, subject, vm, template.name, disks.get(template.name))));
  await refuseMissingClass(run, name, rendered, vm, disks);
  const root = disks.get(rootVolumeName(name));
  const hasRoot = templates.some((template) => template.name === rootVolumeName(name));
  const vmi = vm === undefined ? undefined : await run.context.cluster.get(ref(VirtualMachineInstance, name, namespace), { signal: run.deadline.signal });
  return { value: { disks, vmi, firstBoot: hasRoot ? firstBoot(vm, vmi, root) : undefined }, skipped: vm === undefined && root === undefined };
}

/** Warns of changes without effect: cloud-init runs once for each disk and firmware UUID, and disks do not change. */
export function tellOfDisks(run: Run, subject: Subject, rendered: RenderedDevice, { disks, firstBoot: was }: DiskFindings): void {
  // With another UUID than that of the first boot, cloud-init will run again.
  const same = was?.uuid === firmwareUuidOf(rendered.virtualMachine);
  if (same && was?.hash !== rendered.userDataHash) warn(run, staleUserData(subject));
  for (const template of dataVolumeTemplates(rendered.virtualMachine)) {
    if (isOtherThanFilled(template.spec, disks.get(template.name))) warn(run, diskDiffers(template.name));
  }
}

/** Without CDI, or without the right to read, there is nothing to compare with. */
async function getDisk({ context, deadline }: Run, namespace: string, name: string): Promise<KubeObject | undefined> {
  return context.cluster.get(ref(DataVolume, name, namespace), { signal: deadline.signal }).catch((error: unknown) => {
    if (deadline.signal.aborted) throw error;
    return undefined;
  });
}

/**
 * The settings with which the disk was set up, from the live VM or the kept disk. A disk that is not filled yet has not
 * booted; without the right to read it, the VM's annotations decide.
 */
function firstBoot(live: KubeObject | undefined, vmi: KubeObject | undefined, root: KubeObject | undefined): FirstBoot | undefined {
  const phase = textAt(root?.status, 'phase');
  if (phase !== undefined && phase !== 'Succeeded') return undefined;
  return live === undefined ? noted(root) : firstBootOf(live, vmi);
}

function staleUserData({ name, device }: Subject): string {
  const next = (device.spec.firstBootGeneration ?? 1) + 1;
  return `the disk of ${name} was set up with other user-data, and cloud-init does not run again on it. To set it up again, raise the generation (spec.firstBootGeneration: ${next}) and restart the VM, or delete and create the device`;
}

function diskDiffers(name: string): string {
  return `DataVolume ${name} exists with another size, image or storage class and does not change: delete and create the device to get a new disk`;
}
