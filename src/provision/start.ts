import { VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { deviceOf, isOurs } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import type { Cluster, KubeObject } from '../cluster/types.js';
import { runStrategyOf } from '../cluster/virtual-machine.js';
import { followDevice } from '../readiness/follow.js';
import { resultOf } from '../readiness/result.js';
import type { Change, DeviceResult, ProvisionContext, Stage } from '../readiness/types.js';
import { requireEvidence } from './common/require-evidence.js';
import { withRefusals } from './common/refusals.js';
import { noSuchDevice } from './common/no-such-device.js';

/** What `startDevice` starts, and what it waits for. */
export interface StartRequest {
  name: string;
  namespace: string;
  /** `false`: start and return. */
  wait: boolean;
  waitFor: Stage;
  timeoutMs: number;
}

/**
 * Starts the stopped machine of a device, and follows it until `waitFor`. If the machine already runs, this only follows it.
 * It needs no identity, and changes nothing else. Throws and resolves as `waitDevice` does.
 */
export async function startDevice(context: ProvisionContext, request: StartRequest): Promise<DeviceResult> {
  const startedAt = context.clock.now();
  const call = context.signal === undefined ? {} : { signal: context.signal };
  const vm = await context.cluster.get(ref(VirtualMachine, request.name, request.namespace), call);
  if (vm === undefined || !isOurs(vm)) throw await noSuchDevice(context, request);
  const device = deviceOf(vm);
  if (request.wait) requireEvidence(context, request.waitFor, device.hub);
  const started = (await startMachine(context.cluster, vm, call)) === 'started';
  const now = started ? await context.cluster.get(ref(VirtualMachine, request.name, request.namespace), call) : vm;
  const outcome = await followDevice(context, { ...request, waitFor: request.wait ? request.waitFor : 'applied', startedAt, device, ...(now === undefined ? {} : { vm: now }) });
  const change: Change = { kind: VirtualMachine.kind, name: request.name, outcome: started ? 'changed' : 'unchanged' };
  return (await withRefusals(context, [{ ...resultOf(outcome, request), changes: [change] }]))[0]!;
}

/**
 * Uses the start subresource, as `virtctl start` does. To apply another `runStrategy` would conflict with virt-api, which
 * owns the field since the machine was stopped.
 */
export async function startMachine(cluster: Cluster, vm: KubeObject, call: { signal?: AbortSignal }): Promise<'started' | 'not stopped' | 'runs'> {
  const { name, namespace = '' } = vm.metadata;
  const strategy = runStrategyOf(vm);
  if (strategy !== 'Halted' && strategy !== 'Manual') return 'not stopped';
  const running = await cluster.get(ref(VirtualMachineInstance, name, namespace), call);
  if (running !== undefined && strategy === 'Manual') return 'runs';
  await cluster.vmAction(name, namespace, 'start', {}, call);
  return 'started';
}
