import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../cluster/types.js';
import { runStrategyOf } from '../../cluster/virtual-machine.js';
import type { PreparedDevice } from '../../provision/create/prepared.js';
import type { PlannedDevice } from '../apply/plan.js';
import type { Demand } from './types.js';

/** Smaller differences come from defaults that KubeVirt fills in. */
const leastMemory = 2 ** 20;
const leastCpu = 0.001;

/** The prepared devices whose machine exists, runs, and is changed or waits for a restart. */
export function changedDevices(planned: readonly PlannedDevice[]): (PreparedDevice & { live: { vm: KubeObject } })[] {
  return planned.flatMap(({ prepared }) => {
    const vm = prepared?.live.vm;
    if (prepared === undefined || vm === undefined || runStrategyOf(vm) === 'Halted') return [];
    const isChanged = prepared.changes.some(({ kind, outcome }) => kind === vm.kind && outcome === 'changed');
    return isChanged || prepared.runsOldSettings ? [{ ...prepared, live: { ...prepared.live, vm } }] : [];
  });
}

/** The new pod of a machine needs another place than its old one: it is larger, or may run on other nodes. */
export function needsPlace(now: Demand, before: Demand): boolean {
  const placement = ({ architecture, nodeSelector, tolerations, nodeAffinity }: Demand): unknown => [architecture, nodeSelector, tolerations, nodeAffinity];
  return now.memory >= before.memory + leastMemory || now.cpu >= before.cpu + leastCpu || now.kvm > before.kvm || now.disks.length > 0
    || !isDeepStrictEqual(placement(now), placement(before));
}

/** The pods without those of the devices that get a new one: these go first. */
export function withoutPodsOf(pods: readonly KubeObject[], demands: readonly Pick<Demand, 'name' | 'namespace'>[]): KubeObject[] {
  const going = new Set(demands.map(({ name, namespace }) => `${namespace}/${name}`));
  return pods.filter(({ metadata: { namespace, labels = {} } }) => !going.has(`${namespace}/${labels['vm.kubevirt.io/name']}`));
}
