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
import { changedDevices, needsPlace, withoutPodsOf } from './growth.js';
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
 * Of the devices that exist, those count whose running machine grows or moves: their new pod takes the place of the old one.
 */
export async function fitOf(context: FleetContext, planned: readonly PlannedDevice[]): Promise<Fit> {
  const added = planned.flatMap(({ prepared }) => (prepared !== undefined && prepared.live.vm === undefined ? [prepared] : []));
  const changed = changedDevices(planned);
  if (added.length + changed.length === 0) return { fits: true, checks: [] };
  const read = reader(context);
  const namespaces = [...new Set([...added, ...changed].map(({ subject }) => subject.namespace))];
  const ofAll = (type: ResourceType): Promise<KubeObject[]> => Promise.all(namespaces.map((namespace) => read.list(type, namespace))).then((lists) => lists.flatMap((list) => list ?? []));
  const [nodes, pods, kubevirts, classes, capacities, quotas, ranges] = await Promise.all([
    read.list(Node), read.list(Pod), read.list(KubeVirt), read.list(StorageClass), read.list(CSIStorageCapacity), ofAll(ResourceQuota), ofAll(LimitRange),
  ]);
  const existing = new Set((await Promise.all(namespaces.map((namespace) => read.list(DataVolume, namespace, ownSelector())))).flatMap((list) => list ?? []).map(({ metadata }) => keyOf(metadata)));
  const settings = settingsOf(kubevirts?.[0]);
  const exists = (namespace: string) => (disk: string): boolean => existing.has(keyOf({ namespace, name: disk }));
  const demandFor = async (prepared: PreparedDevice): Promise<Demand> =>
    demandOf(prepared.rendered, { settings, instancetype: await read.instancetype(prepared), exists: exists(prepared.subject.namespace), registers: prepared.identity.toRegister });
  const ofAdded = await Promise.all(added.map(demandFor));
  const ofChanged = (await Promise.all(changed.map(async (prepared): Promise<Demand[]> => {
    const { rendered, live } = prepared;
    const was = { ...rendered, virtualMachine: { ...rendered.virtualMachine, spec: live.vm.spec ?? {} } };
    const instancetype = await read.instancetype({ ...prepared, rendered: was });
    const [now, before] = [await demandFor(prepared), demandOf(was, { settings, instancetype, exists: () => true, registers: false })];
    if (!prepared.runsOldSettings && !needsPlace(now, before)) return [];
    return [{ ...now, registers: false, hasService: now.hasService && live.service === undefined, already: before }];
  }))).flat();
  if (ofAdded.length + ofChanged.length === 0) return { fits: true, checks: [] };
  const demands = [...ofAdded, ...ofChanged];
  const running = [...ofAdded.filter((_, index) => textAt(added[index]!.rendered.virtualMachine.spec, 'runStrategy') !== 'Halted'), ...ofChanged];
  const defaultClass = defaultClassOf(classes ?? []);
  const ofNodes: FitCheck = nodes === undefined
    ? { what: 'nodes', fits: null, message: 'the nodes cannot be checked: you may not list them' }
    : packNodes(running, roomsOf(nodes, withoutPodsOf(pods ?? [], ofChanged)), pods !== undefined);
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
