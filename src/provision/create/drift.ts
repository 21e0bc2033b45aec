import type { KubeObject } from '../../cluster/types.js';
import { DataVolume } from '../../cluster/kinds.js';
import type { RenderedDevice } from '../../render/types.js';
import { ANNOTATION_FIRST_BOOT_HASH, ANNOTATION_USER_DATA_HASH } from '../common/metadata.js';
import { ref } from '../common/ref.js';
import { dataVolumeTemplates, firmwareUuidOf, isSubset } from '../common/vm-spec.js';
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
    if (isUserDataStale(liveVm, root, rendered)) warn(state, staleUserData(state));
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
 * The user-data that the disk's first boot got. It stays what it was while VM and firmware UUID stay, so that later
 * runs tell the drift again; a new generation's UUID makes the next boot a first one.
 */
export function firstBootHash(live: KubeObject | undefined, rendered: RenderedDevice): string {
  const known = live?.metadata.annotations?.[ANNOTATION_FIRST_BOOT_HASH];
  const persistent = dataVolumeTemplates(rendered.virtualMachine).length > 0;
  const sameInstance = live !== undefined && firmwareUuidOf(live) === firmwareUuidOf(rendered.virtualMachine);
  return known !== undefined && persistent && sameInstance ? known : rendered.userDataHash;
}

function isUserDataStale(live: KubeObject | undefined, root: KubeObject | undefined, rendered: RenderedDevice): boolean {
  if (live !== undefined) return firstBootHash(live, rendered) !== rendered.userDataHash;
  // A disk that `delete --keep-disk` left behind remembers what it was set up with.
  const kept = root?.metadata.annotations?.[ANNOTATION_USER_DATA_HASH];
  return kept !== undefined && kept !== rendered.userDataHash;
}

function staleUserData(state: CreateState): string {
  const next = (state.request.device.spec.generation ?? 1) + 1;
  return `the disk of ${state.name} was set up with other user-data, and cloud-init does not run again on it: to have it set up anew, use --generation ${next} and restart the VM, or delete and create the device`;
}

function diskDiffers(name: string): string {
  return `DataVolume ${name} exists with another size, image or storage class and stays as it is: delete and create the device to get a new disk`;
}
