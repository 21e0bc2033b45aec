import { use } from '../support/advice.js';
import { VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { keyOf } from '../cluster/key.js';
import type { KubeObject } from '../cluster/types.js';
import type { EdgeAgentTwin, Hub } from '../hub/types.js';
import { EdgeVmError } from '../support/errors.js';
import { deviceOf, ownSelector } from '../cluster/owned.js';
import { withRefusals } from './common/refusals.js';
import { isMissingNamespace } from './common/no-such-device.js';
import { isOpen, readConsoles, readPodsAndDisks, type Selection } from './list-details.js';
import { evaluate, type Evaluation } from '../readiness/evaluate.js';
import { noObservations, type Observations } from '../readiness/observations.js';
import { isRunning } from '../readiness/reading.js';
import { resultOf } from '../readiness/result.js';
import { noTrack, track } from '../readiness/track.js';
import { defaultEvaluateOptions } from '../readiness/verdict.js';
import type { DeviceResult, ProvisionContext } from '../readiness/types.js';

/** What `listDevices` lists. */
export interface ListRequest {
  /** One namespace; if absent, all. */
  namespace?: string;
  /** Only devices whose machine has these labels, in kubectl's syntax. */
  labelSelector?: string;
  /** Only which devices there are, not their state: one list. */
  namesOnly?: boolean;
}

const options = { ...defaultEvaluateOptions };

/**
 * All devices, by edge-vm's label, sorted by namespace and name: two lists of the cluster and one query of the hub,
 * for any number of devices. If devices are not connected and nothing shows why, it needs two lists more (pods, disks) and
 * the consoles of the first 16 of them. It sends no `ping`; `getStatus` does. So `Connected` means here that the edge agent
 * has reported since the instance runs; a device that became silent later still has it. Without a report of the hub or
 * the guest it is `Unknown`, and one `warning` event says why.
 */
export async function listDevices(context: ProvisionContext, request: ListRequest = {}): Promise<DeviceResult[]> {
  const { cluster, signal } = context;
  const selection: Selection = { ...(request.namespace === undefined ? {} : { namespace: request.namespace }), ...(signal === undefined ? {} : { signal }) };
  const namesOnly = request.namesOnly === true;
  const [vms, vmis] = await Promise.all([
    cluster.list(VirtualMachine, { ...selection, labelSelector: request.labelSelector === undefined ? ownSelector() : `${ownSelector()},${request.labelSelector}` }),
    // Not by label: an instance from a person's own template may not have it.
    namesOnly ? [] : cluster.list(VirtualMachineInstance, selection),
  ]);
  if (vms.length === 0 && request.namespace !== undefined && await isMissingNamespace(context, request.namespace)) {
    context.onEvent({ type: 'warning', message: `namespace ${request.namespace} does not exist`, at: context.clock.now() });
  }
  const twins = await queryTwins(namesOnly ? {} : context, vms);
  const instances = new Map(vmis.map((vmi) => [keyOf(vmi.metadata), vmi]));
  const devices = [...vms].sort((a, b) => keyOf(a.metadata).localeCompare(keyOf(b.metadata))).map((vm) => observe(context, vm, instances.get(keyOf(vm.metadata)), twins));
  if (namesOnly) return devices.map((o) => resultFor(o, evaluate(o, options)));
  await findCauses(context, selection, devices);
  const judged = devices.map((o) => ({ o, evaluation: evaluate(o, options) }));
  const unknown = judged.filter(({ evaluation }) => evaluation.verdicts.connected.status === 'Unknown');
  warnOfUnknown(context, unknown.flatMap(({ o }) => (o.vm === undefined ? [] : [o.vm])), twins, unknown.length < devices.length);
  return withRefusals(context, judged.map(({ o, evaluation }) => resultFor(o, evaluation)), request.namespace);
}

/** Needs more requests, so only devices with an unclear state get them. */
async function findCauses(context: ProvisionContext, selection: Selection, devices: Observations[]): Promise<void> {
  const open = devices.filter((o) => isOpen(evaluate(o, options)));
  await readPodsAndDisks(context, selection, open);
  await readConsoles(context, open.filter((o) => isRunning(o) && isOpen(evaluate(o, options))));
}

interface Twins {
  available: boolean;
  byId: Map<string, EdgeAgentTwin>;
  problem?: string;
}

async function queryTwins({ hub, signal }: Pick<ProvisionContext, 'hub' | 'signal'>, vms: KubeObject[]): Promise<Twins> {
  const twins: Twins = { available: hub !== undefined, byId: new Map() };
  if (hub === undefined) return twins;
  const ids = vms.filter((vm) => isOf(hub, vm)).map((vm) => deviceOf(vm).id).filter((id) => id !== null);
  if (ids.length === 0) return twins;
  try {
    for await (const { deviceId, twin } of hub.queryEdgeAgents(ids, signal === undefined ? {} : { signal })) twins.byId.set(deviceId, twin);
  } catch (error) {
    if (!EdgeVmError.is(error)) throw error;
    twins.problem = error.message;
  }
  return twins;
}

/** One line for all devices of which it is not known whether they are connected, with the reason. */
function warnOfUnknown({ hub, clock, onEvent }: ProvisionContext, vms: KubeObject[], twins: Twins, notAll: boolean): void {
  const others = hub === undefined ? [] : vms.filter((vm) => deviceOf(vm).id !== null && !isOf(hub, vm)).map((vm) => vm.metadata.name);
  if (vms.length === 0 && twins.problem !== undefined) {
    onEvent({ type: 'warning', message: `the hub was not asked, so only the guests' own reports count: ${twins.problem}`, at: clock.now() });
  }
  const why = vms.length === 0 ? undefined
    : hub === undefined ? 'there is no hub credential'
    : twins.problem !== undefined ? twins.problem
    : others.length > 0 ? `${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''} belong to another hub than ${hub.hostname}` : undefined;
  if (why !== undefined) onEvent({ type: 'warning', message: `whether ${notAll || (others.length > 0 && twins.problem === undefined) ? 'some' : 'the'} devices are connected is not known: ${why}`, ...(hub === undefined ? { advice: use('hub') } : {}), at: clock.now() });
}

function isOf(hub: Hub, vm: KubeObject): boolean {
  return deviceOf(vm).hub?.toLowerCase() === hub.hostname.toLowerCase();
}

function observe(context: ProvisionContext, vm: KubeObject, vmi: KubeObject | undefined, twins: Twins): Observations {
  const now = context.clock.now();
  const device = deviceOf(vm);
  const known = twins.available && context.hub !== undefined && isOf(context.hub, vm);
  const twin = device.id === null ? undefined : twins.byId.get(device.id);
  return {
    ...noObservations(vm.metadata.name, vm.metadata.namespace ?? context.cluster.namespace, now), seen: { vm: true, vmi: true }, shallow: true, vm, device,
    ...(vmi === undefined ? {} : { vmi }),
    hub: { available: known, ...(known && twins.problem === undefined ? { twin: { value: twin, at: now } } : {}), ...(twins.problem === undefined ? {} : { problem: twins.problem }) },
  };
}

/** As in `getStatus`, a failure is a cause at once; this does not wait to see whether it lasts. */
function resultFor(o: Observations, evaluation: Evaluation): DeviceResult {
  const cause = evaluation.suspicion?.cause;
  const { track: seen } = track(noTrack, evaluation, o.now);
  return resultOf({ observations: o, evaluation, track: seen, seconds: {}, warnings: [], ...(cause === undefined ? {} : { cause }) }, { name: o.name, namespace: o.namespace, waitFor: options.waitFor });
}
