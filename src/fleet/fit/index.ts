import { undefinedIfUnreadable } from '../../cluster/absent.js';
import { ClusterInstancetype, DataVolume, Instancetype, KubeVirt, Node, Pod, StorageClass } from '../../cluster/kinds.js';
import { ownSelector } from '../../cluster/owned.js';
import { keyOf } from '../../cluster/key.js';
import type { KubeObject, ResourceType } from '../../cluster/types.js';
import type { PreparedDevice } from '../../provision/create/prepared.js';
import { textAt } from '../../support/plain.js';
import type { PlannedDevice } from '../apply/plan.js';
import type { FleetContext } from '../context.js';
import { demandOf, settingsOf } from './demand.js';
import { checkHub } from './hub.js';
import { roomsOf } from './nodes.js';
import { packNodes } from './pack.js';
import { checkLimits, checkQuotas } from './quota.js';
import { checkStorage, defaultClassOf } from './storage.js';
import type { Demand, Fit, FitCheck } from './types.js';

const ResourceQuota: ResourceType = { apiVersion: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true };
const LimitRange: ResourceType = { apiVersion: 'v1', kind: 'LimitRange', plural: 'limitranges', namespaced: true };
const CSIStorageCapacity: ResourceType = { apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', plural: 'csistoragecapacities', namespaced: true };

/**
 * Whether the new devices of a plan fit into cluster and hub: CPU, memory and KVM of the nodes that may run them, storage,
 * quotas and limits of their namespaces, and the hub's rate. What may not be read is not known, and counts as no answer.
 * Devices that exist already are not counted: their pods are in use, or their machines are stopped.
 */
export async function fitOf(context: FleetContext, planned: readonly PlannedDevice[]): Promise<Fit> {
  const added = planned.flatMap(({ prepared }) => (prepared !== undefined && prepared.live.vm === undefined ? [prepared] : []));
  if (added.length === 0) return { fits: true, checks: [] };
  const read = reader(context);
  const namespaces = [...new Set(added.map(({ subject }) => subject.namespace))];
  const ofAll = (type: ResourceType): Promise<KubeObject[]> => Promise.all(namespaces.map((namespace) => read.list(type, namespace))).then((lists) => lists.flatMap((list) => list ?? []));
  const [nodes, pods, kubevirts, classes, capacities, quotas, ranges] = await Promise.all([
    read.list(Node), read.list(Pod), read.list(KubeVirt), read.list(StorageClass), read.list(CSIStorageCapacity), ofAll(ResourceQuota), ofAll(LimitRange),
  ]);
  const existing = new Set((await Promise.all(namespaces.map((namespace) => read.list(DataVolume, namespace, ownSelector())))).flatMap((list) => list ?? []).map(({ metadata }) => keyOf(metadata)));
  const settings = settingsOf(kubevirts?.[0]);
  const demands = await Promise.all(added.map(async (prepared): Promise<Demand> => {
    const { namespace } = prepared.subject;
    return demandOf(prepared.rendered, { settings, instancetype: await read.instancetype(prepared), exists: (disk) => existing.has(keyOf({ namespace, name: disk })), registers: prepared.identity.toRegister });
  }));
  const running = demands.filter((_, index) => textAt(added[index]!.rendered.virtualMachine.spec, 'runStrategy') !== 'Halted');
  const defaultClass = defaultClassOf(classes ?? []);
  const ofNodes: FitCheck = nodes === undefined
    ? { what: 'nodes', fits: null, message: 'the nodes cannot be checked: you may not list them' }
    : packNodes(running, roomsOf(nodes, pods ?? []), pods !== undefined);
  const checks = [ofNodes, ...checkStorage(demands, capacities, defaultClass), ...checkQuotas(quotas, demands, defaultClass), ...checkLimits(ranges, demands), ...checkHub(demands, context.hubEndpoint?.units)];
  return { fits: checks.some(({ fits }) => fits === false) ? false : checks.some(({ fits }) => fits === null) ? null : true, checks };
}

/** Reads that may be refused. */
function reader({ cluster, signal }: FleetContext): { list: (type: ResourceType, namespace?: string, labelSelector?: string) => Promise<KubeObject[] | undefined>; instancetype: (prepared: PreparedDevice) => Promise<KubeObject | undefined> } {
  const call = signal === undefined ? {} : { signal };
  const types = new Map<string, Promise<KubeObject | undefined>>();
  return {
    list: (type, namespace, labelSelector) => cluster.list(type, { ...call, ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) })
      .catch(undefinedIfUnreadable),
    instancetype({ rendered: { virtualMachine }, subject: { namespace } }) {
      const name = textAt(virtualMachine.spec, 'instancetype', 'name');
      if (name === undefined) return Promise.resolve(undefined);
      const isOwn = textAt(virtualMachine.spec, 'instancetype', 'kind')?.toLowerCase() === 'virtualmachineinstancetype';
      const key = keyOf({ name, ...(isOwn ? { namespace } : {}) });
      const known = types.get(key) ?? cluster.get({ type: isOwn ? Instancetype : ClusterInstancetype, name, ...(isOwn ? { namespace } : {}) }, call).catch(undefinedIfUnreadable);
      types.set(key, known);
      return known;
    },
  };
}
