import type { KubeObject } from '../cluster/types.js';
import { VirtualMachine, VirtualMachineInstance } from '../cluster/kinds.js';
import { deviceOf, isOurs } from '../cluster/owned.js';
import { ref } from '../cluster/ref.js';
import { runStrategyOf } from '../cluster/virtual-machine.js';
import { followDevice } from '../readiness/follow.js';
import { resultOf } from '../readiness/result.js';
import type { Change, DeviceResult, ProvisionContext } from '../readiness/types.js';
import { EdgeVmError } from '../support/errors.js';
import { startDeadline } from '../support/deadline.js';
import { withRefusals } from './common/refusals.js';
import { requireEvidence } from './common/require-evidence.js';
import { restartMachine } from './common/restart-machine.js';
import type { StartRequest } from './start.js';
import { noSuchDevice } from './common/no-such-device.js';

/**
 * Restarts the machine of a device through the restart subresource, as `virtctl restart` does, and follows the new instance
 * until `waitFor`. Changes nothing else. Throws `EdgeVmError` `vm-stopped` if the machine is off; else as `waitDevice` does.
 */
export async function restartDevice(context: ProvisionContext, request: StartRequest): Promise<DeviceResult> {
  const startedAt = context.clock.now();
  const { name, namespace } = request;
  const call = context.signal === undefined ? {} : { signal: context.signal };
  const [vm, vmi] = await Promise.all([
    context.cluster.get(ref(VirtualMachine, name, namespace), call),
    context.cluster.get(ref(VirtualMachineInstance, name, namespace), call),
  ]);
  if (vm === undefined || !isOurs(vm)) throw await noSuchDevice(context, request);
  const device = deviceOf(vm);
  if (request.wait) requireEvidence(context, request.waitFor, device.hub);
  const uid = vmi?.metadata.uid;
  // An earlier restart has ended the instance, and virt-controller makes the new one.
  const isStarting = vmi === undefined && runStrategyOf(vm) === 'Always';
  if (uid === undefined && !isStarting) {
    throw new EdgeVmError('vm-stopped', `${name} does not run (runStrategy ${runStrategyOf(vm) ?? 'unknown'})`, { hint: 'Start it', advice: [{ do: 'start', name, namespace }] });
  }
  if (vmi !== undefined) await restart(context, request, vmi);
  const outcome = await followDevice(context, { ...request, waitFor: request.wait ? request.waitFor : 'applied', startedAt, device, vm, timeoutMs: Math.max(0, startedAt + request.timeoutMs - context.clock.now()), ...(uid === undefined ? {} : { replaced: [uid] }) });
  const change: Change = { kind: VirtualMachine.kind, name, outcome: 'changed', detail: 'restarted' };
  return (await withRefusals(context, [{ ...resultOf(outcome, request), changes: [change] }]))[0]!;
}

async function restart({ cluster, clock, signal: parent }: ProvisionContext, { name, timeoutMs }: StartRequest, vmi: KubeObject): Promise<void> {
  const deadline = startDeadline(clock, timeoutMs, parent);
  try {
    await restartMachine({ cluster, clock, signal: deadline.signal }, vmi);
  } catch (error) {
    if (!deadline.expired) throw error;
    throw new EdgeVmError('timed-out', `${name} could not be restarted in time: an earlier start or stop was still under way`, { cause: error, hint: 'Do the same again' });
  } finally {
    deadline.dispose();
  }
}
