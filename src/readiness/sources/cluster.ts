import { DataVolume, Event, Node, Pod, VirtualMachine, VirtualMachineInstance } from '../../cluster/kinds.js';
import type { KubeObject, ResourceType } from '../../cluster/types.js';
import { deviceOf, isOwn, ownSelector } from '../../cluster/owned.js';
import { dataVolumeTemplates, type DataVolumeTemplate } from '../../cluster/virtual-machine.js';
import { textAt } from '../../support/plain.js';
import { nodeOf } from '../node.js';
import { launcherPods } from '../reading.js';
import { watchObjects } from './objects.js';
import { followNames } from './names.js';
import type { Source } from './source.js';
import { createStall, type Stall } from './stall.js';

/** All watches of the cluster's objects; each runs as long as its objects can have news. */
export async function watchCluster(source: Source): Promise<void> {
  const stall = createStall(source);
  await Promise.all([stall.run(), watchVm(source), watchVmi(source), watchPods(source), watchDisks(source, stall), watchNode(source), watchEvents(source, stall)]);
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
    remove: () => {
      delete o.vm;
      // The next VM of that name has its own disks.
      for (const name of Object.keys(o.dataVolumes)) delete o.dataVolumes[name];
    },
    synced: () => {
      o.seen.vm = true;
      // The VM from the caller may be deleted by now, and no event reports that.
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

/** The launcher pod's label with the instance's name: the guest's host name, which edge-vm sets to the VM's name. */
export function launcherSelector(name: string): string {
  return `kubevirt.io=virt-launcher,vm.kubevirt.io/name=${name}`;
}

function watchPods(source: Source): Promise<void> {
  return intoRecord(source, Pod, { labelSelector: launcherSelector(source.name) }, source.store.observations.pods);
}

/**
 * The VM's disks, until all hold their data: one watch by edge-vm's labels, which the VM's templates give to them. A disk
 * without these labels (a person's own template, or a disk from before) gets a watch by name: a namespace may hold
 * thousands of others.
 */
async function watchDisks(source: Source, stall: Stall): Promise<void> {
  const { observations: o } = source.store;
  const open = (): DataVolumeTemplate[] => {
    const templates = dataVolumeTemplates(o.vm);
    return templates.every(({ name }) => textAt(o.dataVolumes[name]?.status, 'phase') === 'Succeeded') ? [] : templates;
  };
  const selector = ownSelector(source.name);
  const isLabelled = ({ labels }: DataVolumeTemplate): boolean => isOwn(labels, source.name);
  const single = (template: DataVolumeTemplate): boolean => !isLabelled(template) || (stall.lasts && !isOwn(o.dataVolumes[template.name]?.metadata.labels ?? {}, source.name));
  await Promise.all([
    followNames(source, () => (open().some(isLabelled) ? [selector] : []), (labelSelector, one) => intoRecord(one, DataVolume, { labelSelector }, o.dataVolumes)),
    followNames(source, () => open().filter(single).map(({ name }) => name), (name, one) => intoRecord(one, DataVolume, byName(name), o.dataVolumes)),
  ]);
}

/** Most people may not read nodes. That is enough: the pods of a lost node show as much. */
function watchNode(source: Source): Promise<void> {
  const { observations: o } = source.store;
  const names = (): string[] => [nodeOf(o)].filter((name) => name !== undefined);
  return followNames(source, names, (name, one) => intoRecord({ ...one, warn: () => undefined }, Node, byName(name), o.nodes));
}

/**
 * Events of the VM and its instance (they share the name), its disks and its newest launcher pod. They say why nothing
 * moves, so they are read only then, and no longer when the instance runs.
 */
function watchEvents(source: Source, stall: Stall): Promise<void> {
  const { observations: o } = source.store;
  const names = (): string[] => (stall.lasts ? [o.name, ...dataVolumeTemplates(o.vm).map((template) => template.name), ...launcherPods(o).slice(0, 1).map((pod) => pod.metadata.name)] : []);
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
