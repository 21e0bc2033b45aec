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

/** All watches of the cluster's objects; each runs for as long as its objects can tell something. */
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
      // The next one of that name has disks of its own.
      for (const name of Object.keys(o.dataVolumes)) delete o.dataVolumes[name];
    },
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

/**
 * The VM's disks, until all hold their data: one watch by edge-vm's labels, which the VM's templates give to them. One by
 * name for each disk that has none (a template of a person's own, or a disk that was there before): a namespace may
 * hold thousands of others.
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

/** Most people may not read nodes, and it is no loss: what a lost node does to its pods tells as much. */
function watchNode(source: Source): Promise<void> {
  const { observations: o } = source.store;
  const names = (): string[] => [nodeOf(o)].filter((name) => name !== undefined);
  return followNames(source, names, (name, one) => intoRecord({ ...one, warn: () => undefined }, Node, byName(name), o.nodes));
}

/**
 * Events of the VM and its instance (they share the name), its disks and its newest launcher pod. They say why nothing
 * gets on, so they are read only when that is so, and no more once the instance runs.
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
