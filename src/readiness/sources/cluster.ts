import { DataVolume, Event, Node, Pod, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { deviceOf } from '../../cluster/owned.js';
import { dataVolumeTemplates } from '../../cluster/virtual-machine.js';
import { nodeOf } from '../node.js';
import { launcherPods } from '../reading.js';
import { watchObjects } from './objects.js';
import { followNames } from './names.js';
import type { Source } from './source.js';

/** All watches of the cluster's objects, at once. */
export async function watchCluster(source: Source): Promise<void> {
  await Promise.all([watchVm(source), watchVmi(source), watchPods(source), watchDisks(source), watchNode(source), watchEvents(source)]);
}

const byName = (name: string): { fieldSelector: string } => ({ fieldSelector: `metadata.name=${name}` });

function watchVm(source: Source): Promise<void> {
  const { observations: o } = source.store;
  let found = false;
  return watchObjects(source, {
    type: VirtualMachine, selector: byName(source.name), required: true,
    put: (vm) => {
      found = true;
      o.vm = vm;
      const device = deviceOf(vm);
      if (device.id !== null) o.device = device;
    },
    remove: () => delete o.vm,
    synced: () => {
      o.seen.vm = true;
      // The one that was handed in may have been deleted since: no event tells of that.
      if (!found) delete o.vm;
    },
  });
}

function watchVmi(source: Source): Promise<void> {
  const { observations: o } = source.store;
  return watchObjects(source, {
    type: VirtualMachineInstance, selector: byName(source.name), required: true,
    put: (vmi) => {
      o.vmi = vmi;
    },
    remove: () => delete o.vmi,
    synced: () => {
      o.seen.vmi = true;
    },
  });
}

/** The launcher's own label of the instance's name: the guest's host name, which edge-vm sets to the VM's name. */
export function launcherSelector(name: string): string {
  return `kubevirt.io=virt-launcher,vm.kubevirt.io/name=${name}`;
}

function watchPods(source: Source): Promise<void> {
  return intoRecord(source, Pod, { labelSelector: launcherSelector(source.name) }, source.store.observations.pods);
}

/** One watch for each disk that the VM names: a namespace may hold thousands of others. */
function watchDisks(source: Source): Promise<void> {
  const { observations: o } = source.store;
  const names = (): string[] => dataVolumeTemplates(o.vm).map((template) => template.name);
  return followNames(source, names, (name, one) => intoRecord(one, DataVolume, byName(name), o.dataVolumes));
}

/** Most people may not read nodes, and it is no loss: what a lost node does to its pods tells as much. */
function watchNode(source: Source): Promise<void> {
  const { observations: o } = source.store;
  const names = (): string[] => [nodeOf(o)].filter((name) => name !== undefined);
  return followNames(source, names, (name, one) => intoRecord({ ...one, warn: () => undefined }, Node, byName(name), o.nodes));
}

/** Events of the VM and its instance (they share the name), its disks and its newest launcher pod. */
function watchEvents(source: Source): Promise<void> {
  const { observations: o } = source.store;
  const names = (): string[] => [o.name, ...dataVolumeTemplates(o.vm).map((template) => template.name), ...launcherPods(o).slice(0, 1).map((pod) => pod.metadata.name)];
  return followNames(source, names, (name, one) => intoRecord(one, Event, { fieldSelector: `involvedObject.name=${name}` }, o.events));
}

function intoRecord(source: Source, type: ResourceType, selector: { fieldSelector?: string; labelSelector?: string }, record: Record<string, KubeObject>): Promise<void> {
  return watchObjects(source, {
    type, selector, required: false,
    put: (object) => {
      record[object.metadata.name] = object;
    },
    remove: (object) => delete record[object.metadata.name],
  });
}
